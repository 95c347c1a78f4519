/** Numbers for requests of which a connection may have many: where the one answer to each goes. */

/** Bits of a number that are its slot: more than all connections may have open at a time. */
const SLOT_BITS = 20;
const SLOTS = 1 << SLOT_BITS;
/** The others tell a request from those that had its slot before. */
const TURNS = 1 << 10;

export interface Exchange<T> {
  readonly slot: number;
  turn: number;
  /** Undefined when no request has the slot. */
  connection: T | undefined;
  /** Its number in the connection. */
  exchange: number;
}

/** Slots are used again, so that a request costs no memory of its own. */
export class Exchanges<T> {
  readonly #slots: Exchange<T>[] = [];
  readonly #free: Exchange<T>[] = [];

  /** A number below 0; that of a request that has been answered may come again. */
  add(connection: T, exchange: number): number {
    const slot = this.#free.pop() ?? this.#create();
    slot.connection = connection;
    slot.exchange = exchange;
    return ~(slot.slot + slot.turn * SLOTS);
  }

  /** Undefined when the request has been answered. */
  find(number: number): (Exchange<T> & { connection: T }) | undefined {
    const slot = this.#slots[~number & (SLOTS - 1)];
    if (slot?.connection === undefined || slot.turn !== ~number >>> SLOT_BITS) return undefined;
    return slot as Exchange<T> & { connection: T };
  }

  /** It is answered, or never will be. */
  end(slot: Exchange<T>): void {
    slot.connection = undefined;
    slot.turn = (slot.turn + 1) % TURNS;
    this.#free.push(slot);
  }

  #create(): Exchange<T> {
    const slot = { slot: this.#slots.length, turn: 0, connection: undefined, exchange: 0 };
    this.#slots.push(slot);
    return slot;
  }
}
