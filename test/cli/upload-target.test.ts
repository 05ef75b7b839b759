/** Where a report is to be sent, as it is typed. */
import { expect, test } from 'vitest';
import { parseServer, parseTarget } from '../../src/cli/report-upload.ts';

test.each([
  ['drop@sftp.example.com', { user: 'drop', host: 'sftp.example.com', port: 22, folder: '' }],
  ['drop@10.0.0.9:2022', { user: 'drop', host: '10.0.0.9', port: 2022, folder: '' }],
  ['drop@sftp.example.com:/in/coming', { user: 'drop', host: 'sftp.example.com', port: 22, folder: '/in/coming' }],
  ['drop@sftp.example.com:2022:in:coming', { user: 'drop', host: 'sftp.example.com', port: 2022, folder: 'in:coming' }],
  ['me@corp@sftp.example.com', { user: 'me@corp', host: 'sftp.example.com', port: 22, folder: '' }],
  ['drop@[2001:db8::1]:2022:x', { user: 'drop', host: '2001:db8::1', port: 2022, folder: 'x' }],
])('%s', (typed, target) => {
  expect(parseTarget(typed)).toEqual(target);
});

test.each(['sftp.example.com', '@sftp.example.com', 'drop@', 'drop@a b', 'drop@sftp.example.com:99999'])(
  '%s is refused',
  (typed) => {
    expect(() => parseTarget(typed)).toThrow(/bad-value/);
  },
);

test('a server without a user', () => {
  expect(parseServer('sftp.example.com')).toEqual({ host: 'sftp.example.com', port: 22 });
  expect(parseServer('[2001:db8::1]:2022')).toEqual({ host: '2001:db8::1', port: 2022 });
  expect(parseServer('2001:db8::1')).toEqual({ host: '2001:db8::1', port: 22 });
});
