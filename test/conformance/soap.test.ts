// The conformance cases through SOAP, over HTTP: every message made by the WSDL's schema, every answer read by it; in the two versions by turns.
import { calls, cases } from '../../src/testkit/index.ts'
import { tokenOf } from '../rest/listening.ts'
import { servedFromPostgres } from './served.ts'
import { soapDrivers, unsaidCall, unsaidCase } from './soap.ts'

servedFromPostgres('SOAP', { cases: cases.filter(c => unsaidCase(c) === null), calls: calls.filter(c => unsaidCall(c) === null), drivers: at => soapDrivers(at.serving.url, tokenOf) })
