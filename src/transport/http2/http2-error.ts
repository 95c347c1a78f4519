/** What a client has done wrong, so that the connection cannot go on (RFC 9113 section 7). */

export const ErrorCode = {
  NO_ERROR: 0,
  PROTOCOL_ERROR: 1,
  FLOW_CONTROL_ERROR: 3,
  STREAM_CLOSED: 5,
  FRAME_SIZE_ERROR: 6,
  REFUSED_STREAM: 7,
  CANCEL: 8,
  COMPRESSION_ERROR: 9,
  ENHANCE_YOUR_CALM: 11,
} as const;

export class Http2Error extends Error {
  readonly code: number;

  constructor(name: keyof typeof ErrorCode) {
    super(name);
    this.name = 'Http2Error';
    this.code = ErrorCode[name];
  }
}
