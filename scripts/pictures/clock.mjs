/**
 * Loaded before the console when pictures are made of it, so that they do not differ from one time to the next: a clock
 * that stands still, passwords and ports that are always the same. No part of the product.
 *
 *   PICTURE_TIME    ISO 8601
 *   PICTURE_STILL   1: nor does time pass between two looks at it, for figures that are counted
 */
import crypto from 'node:crypto';
import { syncBuiltinESMExports } from 'node:module';
import net from 'node:net';

const now = Date.parse(process.env.PICTURE_TIME ?? '');

globalThis.Date = class extends Date {
  constructor(...given) {
    super(...(given.length > 0 ? given : [now]));
  }
  static now() {
    return now;
  }
};
if (process.env.PICTURE_STILL === '1') performance.now = () => 1000;

let drawn = 1;
crypto.randomInt = (below) => {
  drawn = (drawn * 48271) % 2147483647;
  return drawn % below;
};
syncBuiltinESMExports();

// That of a report which is offered: what else listens is a server of TLS, and never seen.
const listen = net.Server.prototype.listen;
net.Server.prototype.listen = function (port, ...rest) {
  return listen.call(this, port === 0 && this.constructor === net.Server ? 2222 : port, ...rest);
};
