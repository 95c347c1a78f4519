/** Frame Streams, as dnstap is sent over a connection: frames behind a handshake. */

export const CONTENT_TYPE = 'protobuf:dnstap.Dnstap';

/** Types of control frames. */
export const Control = { ACCEPT: 1, START: 2, STOP: 3, READY: 4, FINISH: 5 } as const;
export type Control = (typeof Control)[keyof typeof Control];

/** The field of a control frame that names the content. */
const CONTENT_TYPE_FIELD = 1;
/** Octets of a control frame, without the length before it (FSTRM_CONTROL_FRAME_LENGTH_MAX). */
const MOST_CONTROL = 512;

/** A control frame: a length of 0 before it distinguishes it from data. */
export function formatControl(type: Control): Buffer {
  const hasContent = type !== Control.STOP && type !== Control.FINISH;
  const content = Buffer.from(hasContent ? CONTENT_TYPE : '');
  const length = 4 + (hasContent ? 8 + content.length : 0);
  const frame = Buffer.alloc(8 + length);
  frame.writeUInt32BE(length, 4);
  frame.writeUInt32BE(type, 8);
  if (!hasContent) return frame;
  frame.writeUInt32BE(CONTENT_TYPE_FIELD, 12);
  frame.writeUInt32BE(content.length, 16);
  content.copy(frame, 20);
  return frame;
}

/** Data frames: each with its length before it. */
export function formatFrames(frames: readonly Buffer[]): Buffer {
  return Buffer.concat(
    frames.flatMap((frame) => {
      const length = Buffer.alloc(4);
      length.writeUInt32BE(frame.length);
      return [length, frame];
    }),
  );
}

/** Reads the control frames that a receiver answers with. */
export class ControlReader {
  #octets: Buffer = Buffer.alloc(0);

  /** The types of the frames that are whole now. Throws for what is no control frame. */
  push(chunk: Buffer): Control[] {
    this.#octets = Buffer.concat([this.#octets, chunk]);
    const found: Control[] = [];
    while (this.#octets.length >= 8) {
      const length = this.#octets.readUInt32BE(4);
      if (this.#octets.readUInt32BE(0) !== 0 || length < 4 || length > MOST_CONTROL) {
        throw new Error('the receiver does not speak Frame Streams');
      }
      if (this.#octets.length < 8 + length) break;
      found.push(readControl(this.#octets.subarray(8, 8 + length)));
      this.#octets = this.#octets.subarray(8 + length);
    }
    return found;
  }
}

function readControl(frame: Buffer): Control {
  const type = frame.readUInt32BE(0) as Control;
  if (type !== Control.ACCEPT) return type;
  for (let at = 4; at + 8 <= frame.length; at += 8 + frame.readUInt32BE(at + 4)) {
    const content = frame.toString('latin1', at + 8, at + 8 + frame.readUInt32BE(at + 4));
    if (frame.readUInt32BE(at) === CONTENT_TYPE_FIELD && content === CONTENT_TYPE) return type;
  }
  throw new Error(`the receiver does not take ${CONTENT_TYPE}`);
}
