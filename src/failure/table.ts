// The one table of failures: code → HTTP status, title, whose fault, whether to retry, JSON-RPC number. A row enters with the code that raises it.

export interface Row {
  /** HTTP status. Nobody but protocols reads it. */
  readonly status: number
  /** Safe to show; the failure's own message adds to it. */
  readonly title: string
  readonly blame: 'caller' | 'engine'
  readonly retry: 'never' | 'later' | 'now'
  /** JSON-RPC number, unique per code. */
  readonly rpc: number
}

export const failures = {
  'request.malformed':  { status: 400, title: 'The request could not be read', blame: 'caller', retry: 'never', rpc: -32700 },
  'request.route':      { status: 404, title: 'There is nothing at this address', blame: 'caller', retry: 'never', rpc: -32059 },
  'request.method':     { status: 405, title: 'That method is not available here', blame: 'caller', retry: 'never', rpc: -32601 },
  'request.accept':     { status: 406, title: 'No acceptable representation', blame: 'caller', retry: 'never', rpc: -32061 },
  'request.size':       { status: 413, title: 'The request is too large', blame: 'caller', retry: 'never', rpc: -32062 },
  'request.url':        { status: 414, title: 'The address is too long', blame: 'caller', retry: 'never', rpc: -32058 },
  'request.media':      { status: 415, title: 'That media type is not understood', blame: 'caller', retry: 'never', rpc: -32060 },
  'request.headers':    { status: 431, title: 'The headers are too large', blame: 'caller', retry: 'never', rpc: -32057 },
  'request.timeout':    { status: 408, title: 'The request took too long to arrive', blame: 'caller', retry: 'later', rpc: -32056 },
  'request.inFlight':   { status: 409, title: 'The same request is being carried out', blame: 'caller', retry: 'later', rpc: -32045 },
  'request.reused':     { status: 422, title: 'That key belongs to another request', blame: 'caller', retry: 'never', rpc: -32046 },
  'resolve.name':       { status: 400, title: 'A name in the request does not exist', blame: 'caller', retry: 'never', rpc: -32602 },
  'resolve.url':        { status: 400, title: 'A value in the address does not fit', blame: 'caller', retry: 'never', rpc: -32055 },
  'resolve.cursor':     { status: 400, title: 'The cursor does not belong to this request', blame: 'caller', retry: 'never', rpc: -32054 },
  'resolve.limit':      { status: 400, title: 'The request asks for too much', blame: 'caller', retry: 'never', rpc: -32064 },
  'resolve.value':      { status: 422, title: 'Values do not fit their fields', blame: 'caller', retry: 'never', rpc: -32063 },
  'caller.token':       { status: 401, title: 'The token is not accepted', blame: 'caller', retry: 'never', rpc: -32053 },
  'caller.unknown':     { status: 401, title: 'Sign in first', blame: 'caller', retry: 'never', rpc: -32065 },
  'caller.forbidden':   { status: 403, title: 'Not allowed', blame: 'caller', retry: 'never', rpc: -32066 },
  'auth.credentials':   { status: 401, title: 'Name and password do not fit', blame: 'caller', retry: 'never', rpc: -32043 },
  'auth.code':          { status: 422, title: 'The code is not valid, or not any more', blame: 'caller', retry: 'never', rpc: -32042 },
  'auth.stale':         { status: 403, title: 'Show again who you are', blame: 'caller', retry: 'never', rpc: -32041 },
  'auth.throttled':     { status: 429, title: 'Tried too often', blame: 'caller', retry: 'later', rpc: -32040 },
  'row.missing':        { status: 404, title: 'Not found', blame: 'caller', retry: 'never', rpc: -32069 },
  'row.duplicate':      { status: 409, title: 'That value is already taken', blame: 'caller', retry: 'never', rpc: -32070 },
  'row.referenced':     { status: 409, title: 'Other rows depend on this one', blame: 'caller', retry: 'never', rpc: -32071 },
  'row.contended':      { status: 409, title: 'Another write got there first', blame: 'engine', retry: 'now', rpc: -32074 },
  'row.count':          { status: 409, title: 'Another number of rows than expected', blame: 'caller', retry: 'never', rpc: -32048 },
  'row.condition':      { status: 409, title: 'The condition of the write does not hold', blame: 'caller', retry: 'never', rpc: -32049 },
  'row.unversioned':    { status: 428, title: 'The version of the row must be given', blame: 'caller', retry: 'never', rpc: -32047 },
  'row.transition':     { status: 409, title: 'That state cannot be reached from here', blame: 'caller', retry: 'never', rpc: -32044 },
  'row.stale':          { status: 412, title: 'The row has changed since it was read', blame: 'caller', retry: 'never', rpc: -32073 },
  'row.reference':      { status: 422, title: 'A row referred to does not exist', blame: 'caller', retry: 'never', rpc: -32052 },
  'row.invalid':        { status: 422, title: 'The row would break a check of its entity', blame: 'caller', retry: 'never', rpc: -32072 },
  'store.unsupported':  { status: 501, title: 'The store of this entity cannot do that', blame: 'caller', retry: 'never', rpc: -32068 },
  'store.down':         { status: 503, title: 'The store cannot be reached', blame: 'engine', retry: 'later', rpc: -32076 },
  'store.full':         { status: 507, title: 'The store has no room left', blame: 'engine', retry: 'later', rpc: -32051 },
  'store.timeout':      { status: 504, title: 'The store took too long', blame: 'engine', retry: 'later', rpc: -32075 },
  'server.busy':        { status: 503, title: 'The server has too much to do just now', blame: 'engine', retry: 'later', rpc: -32039 },
  'server.stopping':    { status: 503, title: 'The server is shutting down', blame: 'engine', retry: 'later', rpc: -32050 },
  'internal':           { status: 500, title: 'Something went wrong here', blame: 'engine', retry: 'never', rpc: -32603 },
} as const satisfies Record<string, Row>
export type Code = keyof typeof failures
