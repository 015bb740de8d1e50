// What HTTP answers with when no server is asked at all: the status says it all, the body says it in JSON-RPC's words for clients that show it.

/** JSON-RPC's codes for what is refused before there is a request to answer. */
export const rpcCodes = { parse: -32_700, request: -32_600, refused: -32_000, unknownSession: -32_001 } as const;

export function refuse(
  status: number,
  code: number,
  message: string,
  headers: Readonly<Record<string, string>> = {},
): Response {
  return Response.json({ jsonrpc: '2.0', error: { code, message }, id: null }, { status, headers });
}
