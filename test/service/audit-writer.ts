/** Notes in the audit without end, and says each that is noted; the test kills it. Fields are long: files fill up soon. */
import { auditFile, auditTo } from '../../src/service/audit.ts';
import { logTo } from '../../src/service/log.ts';

const [state = '', round = ''] = process.argv.slice(2);
const audit = auditTo(auditFile(state), logTo({ write: () => undefined }), { rotates: true });
const filler = 'x'.repeat(3900);
for (let at = 0; ; at += 1) {
  const what = `${round}.${at}`;
  await audit.note({
    by: filler,
    what,
    before: filler,
    after: filler,
    outcome: filler,
    user: filler,
    unit: filler,
    login: filler,
  });
  process.send?.(what);
}
