// The contract as WSDL 1.1 with its schema: one service, a port for each version of SOAP, document/literal wrapped.
import { escaped, quoted, wsdl, wsdlSoap11, wsdlSoap12 } from '../names.ts'
import type { Operation, ServiceContract } from './operation.ts'
import type { Complex, Particle, Simple, Type } from './book.ts'

/** `address`: where messages are sent, `http://127.0.0.1:3000/soap`. */
export function wsdlOf({ name, namespace, operations, model }: ServiceContract, address: string): string {
  const offered = [...operations.values()].filter(o => o.offered)
  const keeps = Object.hasOwn(model.system ?? {}, '~idempotency')
  const out: string[] = [
    `<?xml version="1.0" encoding="UTF-8"?>`,
    `<wsdl:definitions name="${name}" targetNamespace="${quoted(namespace)}" xmlns:tns="${quoted(namespace)}" xmlns:wsdl="${wsdl}" xmlns:soap="${wsdlSoap11}" xmlns:soap12="${wsdlSoap12}" xmlns:xs="http://www.w3.org/2001/XMLSchema">`,
    `  <wsdl:documentation>${escaped(`The API of ${model.name}. Who asks is told by Authorization: Bearer, or by WS-Security (a UsernameToken whose password is a token, or a BinarySecurityToken). What a caller may not see is not there. Faults carry a Failure.`)}</wsdl:documentation>`,
    `  <wsdl:types>`, `    <xs:schema targetNamespace="${quoted(namespace)}" elementFormDefault="qualified" xmlns:tns="${quoted(namespace)}" xmlns:xs="http://www.w3.org/2001/XMLSchema">`,
    ...[...(keeps ? idempotencyKey : []), ...schemaOf(offered)].map(line => `      ${line}`),
    `    </xs:schema>`, `  </wsdl:types>`,
    `  <wsdl:message name="Failed"><wsdl:part name="fault" element="tns:Failure"/></wsdl:message>`,
    ...(keeps ? ['  <wsdl:message name="Once"><wsdl:part name="key" element="tns:IdempotencyKey"/></wsdl:message>'] : []),
    ...declaredIn(offered).map(f => `  <wsdl:message name="${f.element}Failed"><wsdl:part name="fault" element="tns:${f.element}"/></wsdl:message>`),
  ]
  for (const o of offered) {
    out.push(`  <wsdl:message name="${o.name}Request"><wsdl:part name="parameters" element="tns:${o.name}"/></wsdl:message>`)
    out.push(`  <wsdl:message name="${o.name}Response"><wsdl:part name="parameters" element="tns:${o.name}Response"/></wsdl:message>`)
  }
  out.push(`  <wsdl:portType name="${name}Port">`)
  for (const o of offered) {
    out.push(`    <wsdl:operation name="${o.name}">`, `      <wsdl:documentation>${escaped(o.about)}</wsdl:documentation>`,
      `      <wsdl:input message="tns:${o.name}Request"/>`, `      <wsdl:output message="tns:${o.name}Response"/>`, `      <wsdl:fault name="Failed" message="tns:Failed"/>`, ...o.failures.map(f => `      <wsdl:fault name="${f.element}Failed" message="tns:${f.element}Failed"/>`), `    </wsdl:operation>`)
  }
  out.push(`  </wsdl:portType>`)
  for (const [prefix, suffix] of [['soap', ''], ['soap12', '12']] as const) {
    out.push(`  <wsdl:binding name="${name}Binding${suffix}" type="tns:${name}Port">`, `    <${prefix}:binding style="document" transport="http://schemas.xmlsoap.org/soap/http"/>`)
    for (const o of offered) {
      out.push(`    <wsdl:operation name="${o.name}">`, `      <${prefix}:operation soapAction="${quoted(namespace)}#${o.name}" style="document"/>`,
        `      <wsdl:input><${prefix}:body use="literal"/>${keeps && writes(o) ? `<${prefix}:header message="tns:Once" part="key" use="literal"/>` : ''}</wsdl:input>`, `      <wsdl:output><${prefix}:body use="literal"/></wsdl:output>`,
        ...['', ...o.failures.map(f => f.element)].map(f => `      <wsdl:fault name="${f}Failed"><${prefix}:fault name="${f}Failed" use="literal"/></wsdl:fault>`), `    </wsdl:operation>`)
    }
    out.push(`  </wsdl:binding>`)
  }
  out.push(`  <wsdl:service name="${name}">`)
  for (const [prefix, suffix] of [['soap', ''], ['soap12', '12']] as const) {
    out.push(`    <wsdl:port name="${name}Port${suffix}" binding="tns:${name}Binding${suffix}"><${prefix}:address location="${quoted(address)}"/></wsdl:port>`)
  }
  out.push(`  </wsdl:service>`, `</wsdl:definitions>`, '')
  return out.join('\n')
}

function schemaOf(operations: readonly Operation[]): readonly string[] {
  const types = new Map<string, Type>()
  const visit = (type: Type): void => {
    if (type.name === null || types.has(type.name)) return
    types.set(type.name, type)
    if (type.kind === 'complex') for (const p of type.particles) visit(p.type)
  }
  for (const o of operations) {
    for (const p of o.input.particles) visit(p.type)
    if (o.result !== null) visit(o.result)
    for (const f of o.failures) if (f.facts !== null) visit(f.facts)
  }
  return [
    ...operations.flatMap(o => [
      `<xs:element name="${o.name}">`, ...sequence(o.input).map(line => `  ${line}`), `</xs:element>`,
      o.result === null ? `<xs:element name="${o.name}Response"><xs:complexType><xs:sequence/></xs:complexType></xs:element>`
        : `<xs:element name="${o.name}Response"><xs:complexType><xs:sequence><xs:element name="result" type="tns:${o.result.name}"/></xs:sequence></xs:complexType></xs:element>`,
    ]),
    ...failure('Failure', [], null),
    ...declaredIn(operations).flatMap(f => failure(f.element, f.facts === null ? [] : [`      <xs:element name="facts" type="tns:${f.facts.name}"/>`], f.about)),
    ...[...types.values()].flatMap(type => (type.kind === 'complex' ? sequence(type, type.name) : simple(type))),
  ]
}

const about = (text: string | null): readonly string[] => (text === null ? [] : [`  <xs:annotation><xs:documentation>${escaped(text)}</xs:documentation></xs:annotation>`])

const writes = ({ does: { kind } }: Operation): boolean => kind !== 'find' && kind !== 'get' && kind !== 'aggregate'

/** The header that says which request it is. */
const idempotencyKey: readonly string[] = [
  '<xs:element name="IdempotencyKey">', ...about('Which request this is: carried out once, and answered again as it was answered. A UUID is a good one.'),
  '  <xs:simpleType><xs:restriction base="xs:string"><xs:minLength value="1"/><xs:maxLength value="255"/></xs:restriction></xs:simpleType>', '</xs:element>',
]

/** Declared failures, each once. */
const declaredIn = (operations: readonly Operation[]): readonly Operation['failures'][number][] => [...new Map(operations.flatMap(o => o.failures).map(f => [f.code, f])).values()]

/** The typed detail of a fault; `code` is of a list that may grow. */
const failure = (name: string, more: readonly string[], said: string | null): readonly string[] => [
  `<xs:element name="${name}">`, ...about(said), '  <xs:complexType>', '    <xs:sequence>',
  '      <xs:element name="code" type="xs:string"/>', '      <xs:element name="title" type="xs:string"/>', '      <xs:element name="status" type="xs:int"/>', '      <xs:element name="retry" type="xs:string"/>',
  '      <xs:element name="request" type="xs:string"/>',
  '      <xs:element name="mistake" minOccurs="0" maxOccurs="unbounded">', '        <xs:complexType><xs:sequence><xs:element name="pointer" type="xs:string"/><xs:element name="detail" type="xs:string"/></xs:sequence></xs:complexType>', '      </xs:element>',
  '      <xs:element name="fact" minOccurs="0" maxOccurs="unbounded">', '        <xs:complexType><xs:sequence><xs:element name="name" type="xs:string"/><xs:element name="value" type="xs:string" minOccurs="0" maxOccurs="unbounded"/></xs:sequence></xs:complexType>', '      </xs:element>',
  ...more, '    </xs:sequence>', '  </xs:complexType>', '</xs:element>',
]

function sequence(type: Complex, name?: string): readonly string[] {
  return [
    `<xs:complexType${name === undefined ? '' : ` name="${name}"`}>`, ...about(name === undefined ? null : type.about),
    ...(type.particles.length === 0 ? ['  <xs:sequence/>'] : ['  <xs:sequence>', ...type.particles.flatMap(element).map(line => `    ${line}`), '  </xs:sequence>']),
    '</xs:complexType>',
  ]
}

function element({ name, type, required, many, nillable, about: said }: Particle): readonly string[] {
  const inline = type.kind === 'simple' && type.name === null && Object.keys(type.facets).length > 0
  const head = `<xs:element name="${name}"${inline ? '' : ` type="${type.name === null ? (type as Simple).base : `tns:${type.name}`}"`}${required ? '' : ' minOccurs="0"'}${many ? ' maxOccurs="unbounded"' : ''}${nillable ? ' nillable="true"' : ''}`
  if (!inline && said === null) return [`${head}/>`]
  return [`${head}>`, ...about(said), ...(inline ? ['  <xs:simpleType>', ...restriction(type).map(line => `    ${line}`), '  </xs:simpleType>'] : []), '</xs:element>']
}


const simple = (type: Simple): readonly string[] => [`<xs:simpleType name="${type.name}">`, ...about(type.about), ...restriction(type).map(line => `  ${line}`), '</xs:simpleType>']

function restriction({ base, facets: { enumeration = [], ...one } }: Simple): readonly string[] {
  return [
    `<xs:restriction base="${base}">`, ...enumeration.map(v => `  <xs:enumeration value="${quoted(v)}"/>`),
    ...Object.entries(one).map(([facet, value]) => `  <xs:${facet} value="${quoted(String(value))}"/>`), '</xs:restriction>',
  ]
}
