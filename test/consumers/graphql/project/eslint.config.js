// graphql-eslint over the schema: its recommended rules for schemas as far as they are about correctness, and all of Relay's.
import graphql from '@graphql-eslint/eslint-plugin'

export default [{
  files: ['*.graphql'], languageOptions: { parser: graphql.parser, parserOptions: { graphQLConfig: { schema: './*.graphql' } } }, plugins: { '@graphql-eslint': graphql },
  rules: {
    '@graphql-eslint/relay-arguments': 'error', '@graphql-eslint/relay-connection-types': 'error', '@graphql-eslint/relay-page-info': 'error', '@graphql-eslint/relay-edge-types': ['error', { withEdgeSuffix: true, shouldImplementNode: true, listTypeCanWrapOnlyEdgeType: false }],
    '@graphql-eslint/no-typename-prefix': 'off', '@graphql-eslint/no-duplicate-fields': 'error', '@graphql-eslint/no-hashtag-description': 'error', '@graphql-eslint/unique-enum-value-names': 'error', '@graphql-eslint/known-type-names': 'error',
    '@graphql-eslint/require-nullable-result-in-root': 'error', '@graphql-eslint/no-scalar-result-type-on-mutation': 'error', '@graphql-eslint/input-name': 'off', '@graphql-eslint/no-unreachable-types': 'error',
  },
}]
