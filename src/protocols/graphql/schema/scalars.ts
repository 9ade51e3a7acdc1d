// Scalars: values travel as JSON has them over REST too, so that the database's own bytes are right. Whether a value fits its field is the engine's to say.
import { GraphQLBoolean, GraphQLError, GraphQLID, GraphQLInt, GraphQLScalarType, GraphQLString, Kind, valueFromASTUntyped, type ConstValueNode } from 'graphql'
import type { EntityModel, FieldModel } from '../../../model/index.ts'
import { absurd } from '../../../operation/index.ts'
import { Exact, parseExact } from '../../../wire/index.ts'

/** What a literal of a document is as JSON, its digits kept. */
function literal(node: ConstValueNode): unknown {
  switch (node.kind) {
    case Kind.INT: case Kind.FLOAT: return parseExact(node.value)
    case Kind.LIST: return node.values.map(literal)
    case Kind.OBJECT: return Object.fromEntries(node.fields.map(f => [f.name.value, literal(f.value)]))
    default: return valueFromASTUntyped(node)
  }
}

type Sort = 'text' | 'number' | 'text or number' | 'anything'
function fits(sort: Sort, value: unknown): boolean {
  const text = typeof value === 'string', number = typeof value === 'number' || value instanceof Exact
  switch (sort) {
    case 'text': return text
    case 'number': return number
    case 'text or number': return text || number
    case 'anything': return true
    default: return absurd(sort)
  }
}

function scalar(name: string, sort: Sort, specifiedByURL: string | undefined, description: string): GraphQLScalarType {
  const read = (value: unknown): unknown => {
    if (fits(sort, value)) return value
    throw new GraphQLError(`${name} is written as ${sort === 'text or number' ? 'text or a number' : sort === 'number' ? 'a number' : 'text'}.`)
  }
  return new GraphQLScalarType({
    name, description, ...(specifiedByURL === undefined ? {} : { specifiedByURL }),
    coerceInputValue: read, coerceInputLiteral: node => read(literal(node)), coerceOutputValue: value => value as never,
  })
}

export type Scalars = ReturnType<typeof scalars>
export function scalars() {
  return {
    ID: GraphQLID, String: GraphQLString, Int: GraphQLInt, Boolean: GraphQLBoolean,
    Float: scalar('Float', 'number', undefined, 'A floating-point number of double precision (IEEE 754).'),
    Decimal: scalar('Decimal', 'text or number', 'https://www.w3.org/TR/xmlschema11-2/#decimal', 'A decimal number of any precision, as text: "12.50".'),
    BigInt: scalar('BigInt', 'text or number', 'https://www.w3.org/TR/xmlschema11-2/#long', 'A whole number of at most 64 bits, as text: "9007199254740993".'),
    DateTime: scalar('DateTime', 'text', 'https://www.rfc-editor.org/rfc/rfc3339#section-5.6', 'A date and time with its zone, to the microsecond: "2026-11-20T09:30:00.123456+00:00". Answers are in UTC.'),
    Date: scalar('Date', 'text', 'https://www.rfc-editor.org/rfc/rfc3339#section-5.6', 'A date: "2026-11-20".'),
    Time: scalar('Time', 'text', 'https://www.rfc-editor.org/rfc/rfc3339#section-5.6', 'A time of day without a zone: "09:30:00".'),
    Duration: scalar('Duration', 'text', 'https://www.rfc-editor.org/rfc/rfc3339#appendix-A', 'A duration in the form of ISO 8601: "P1DT2H30M".'),
    JSON: scalar('JSON', 'anything', 'https://www.rfc-editor.org/rfc/rfc8259', 'Any JSON value.'),
    Base64Url: scalar('Base64Url', 'text', 'https://www.rfc-editor.org/rfc/rfc4648#section-5', 'Bytes as base64url without padding.'),
    UUID: scalar('UUID', 'text', 'https://www.rfc-editor.org/rfc/rfc9562', 'A UUID in lower case: "0198a000-0000-7000-8000-000000000001".'),
  }
}

/** Keys that are text anyway, and references to them, are IDs; keys that are numbers stay numbers, as the database answers them. */
export const identifies = (entity: EntityModel, f: FieldModel): boolean => f.kind === 'id' || entity.key.includes(f.name) || f.reference !== null

/** The scalar of one value of a field (of a list: of its items). Choices may be an enum instead. */
export function scalarOf(s: Scalars, f: FieldModel, isKey: boolean): GraphQLScalarType {
  switch (f.scalar) {
    case 'uuid': return isKey ? s.ID : s.UUID
    case 'text': return isKey && f.kind !== 'choice' ? s.ID : s.String
    case 'integer': return s.Int
    case 'bigint': return s.BigInt
    case 'number': return s.Float
    case 'decimal': return s.Decimal
    case 'boolean': return s.Boolean
    case 'timestamp': return s.DateTime
    case 'date': return s.Date
    case 'time': return s.Time
    case 'duration': return s.Duration
    case 'json': return s.JSON
    case 'bytes': return s.Base64Url
    default: return absurd(f.scalar)
  }
}
