/** Repair of a text that a USB reader typed on a foreign keyboard layout (SPEC, Annex A). */

const LONGEST = 1024; // in code points
const NOTHING = '◌';

/** Name, row, row with Shift. The key at each place is the one of the rows `us`. */
const ROWS = `
fr        ²&é"'(-è_çà)=azertyuiop◌$*qsdfghjklmùwxcvbn,;:!
          ~1234567890°+AZERTYUIOP◌£µQSDFGHJKLM%WXCVBN?./§
be        ²&é"'(§è!çà)-azertyuiop◌$µqsdfghjklmùwxcvbn,;:=
          ³1234567890°_AZERTYUIOP◌*£QSDFGHJKLM%WXCVBN?./+
fr-afnor  @àéèê()‘’«»'◌azertyuiop-+*qsdfghjklm/wxcvbn.,:;
          #1234567890"◌AZERTYUIOP–±½QSDFGHJKLM\\WXCVBN?!…=
fr-bepo   $"«»()@+-/*=%bépoè◌vdljzwçauie,ctsrnmàyx.k'qghf
          #1234567890°\`BÉPOÈ!VDLJZWÇAUIE;CTSRNMÀYX:K?QGHF
fr-mac    @&é"'(§è!çà)-azertyuiop◌$◌qsdfghjklmùwxcvbn,;:=
          #1234567890°_AZERTYUIOP◌*£QSDFGHJKLM%WXCVBN?./+
ca        #1234567890-=qwertyuiop◌◌<asdfghjkl;◌zxcvbnm,.é
          |!"/$%?&*()_+QWERTYUIOP◌◌>ASDFGHJKL:◌ZXCVBNM'.É
ca-multi  /1234567890-=qwertyuiop◌çàasdfghjkl;èzxcvbnm,.é
          \\!@#$%?&*()_+QWERTYUIOP◌ÇÀASDFGHJKL:ÈZXCVBNM'"É
ch-fr     §1234567890'◌qwertzuiopè◌$asdfghjkléàyxcvbnm,.-
          °+"*ç%&/()=?◌QWERTZUIOPü!£ASDFGHJKLöäYXCVBNM;:_
de        ◌1234567890ß◌qwertzuiopü+#asdfghjklöäyxcvbnm,.-
          °!"§$%&/()=?◌QWERTZUIOPÜ*'ASDFGHJKLÖÄYXCVBNM;:_
nl        @1234567890/°qwertyuiop◌*<asdfghjkl+◌zxcvbnm,.-
          §!"#$%&_()'?◌QWERTYUIOP◌|>ASDFGHJKL±◌ZXCVBNM;:=
es        º1234567890'¡qwertyuiop◌+çasdfghjklñ◌zxcvbnm,.-
          ª!"·$%&/()=?¿QWERTYUIOP◌*ÇASDFGHJKLÑ◌ZXCVBNM;:_
it        \\1234567890'ìqwertyuiopè+ùasdfghjklòàzxcvbnm,.-
          |!"£$%&/()=?^QWERTYUIOPé*§ASDFGHJKLç°ZXCVBNM;:_
pt        \\1234567890'«qwertyuiop+◌◌asdfghjklçºzxcvbnm,.-
          |!"#$%&/()=?»QWERTYUIOP*◌◌ASDFGHJKLÇªZXCVBNM;:_
gb        \`1234567890-=qwertyuiop[]#asdfghjkl;'zxcvbnm,./
          ¬!"£$%^&*()_+QWERTYUIOP{}~ASDFGHJKL:@ZXCVBNM<>?
us        \`1234567890-=qwertyuiop[]\\asdfghjkl;'zxcvbnm,./
          ~!@#$%^&*()_+QWERTYUIOP{}|ASDFGHJKL:"ZXCVBNM<>?
`;

/** Name, name of the rows, what Caps Lock does; for `shift` on which keys, by their row in `us`. */
const LAYOUTS = `
fr                fr        case
fr-windows        fr        shift  1234567890-=]\\'m,./
be                be        case
be-windows        be        shift  1234567890-=]\\'m,./
fr-afnor          fr-afnor  case
fr-afnor-windows  fr-afnor  shift  1234567890
fr-bepo           fr-bepo   shift  1234567890
fr-mac            fr-mac    case
fr-macos          fr-mac    upper
ca                ca        case
ca-multi          ca-multi  case
ca-multix         ca-multi  shift  \`1234567890-=,.
ch-fr             ch-fr     case
de                de        case
de-windows        de        shift  1234567890-]\\,.
nl                nl        case
es                es        case
it                it        case
pt                pt        case
gb                gb        case
us                us        case
`;

const words = ROWS.trim().split(/\s+/);
const rowsOf = new Map();
for (let i = 0; i < words.length; i += 3) {
  rowsOf.set(words[i], { plain: [...words[i + 1]], shifted: [...words[i + 2]] });
}
const US = rowsOf.get('us');

const only = (text) => ([...text].length === 1 ? text : null);
const upper = (char) => only(char.toUpperCase()) ?? char;
const lower = (char) => only(char.toLowerCase()) ?? char;
const otherCase = (char) => (upper(char) !== char ? upper(char) : lower(char));

/** Return the rows of a layout while Caps Lock is on. */
function withCapsLock({ plain, shifted }, rule, keys = '') {
  if (rule === 'upper') return { plain: plain.map(upper), shifted };
  const swaps = (i) => keys.includes(US.plain[i]);
  return {
    plain: plain.map((char, i) => (swaps(i) ? shifted[i] : otherCase(char))),
    shifted: shifted.map((char, i) => (swaps(i) ? plain[i] : otherCase(char))),
  };
}

/** Return what was sent, by what arrives. */
function tableOf({ plain, shifted }) {
  const table = new Map();
  const sent = [...US.plain, ...US.shifted];
  [...plain, ...shifted].forEach((arrives, i) => {
    if (arrives === NOTHING) return;
    if (!table.has(arrives) || /[A-Z]/.test(sent[i])) table.set(arrives, sent[i]);
  });
  for (const code of [...Array(0x21).keys(), 0x7f]) {
    table.set(String.fromCharCode(code), String.fromCharCode(code));
  }
  return table;
}

/** Return all tables, without and with Caps Lock, in order; equal ones once. */
function makeTables() {
  const tables = new Map();
  for (const line of LAYOUTS.trim().split('\n')) {
    const [, name, rule, keys] = line.split(/\s+/);
    const rows = rowsOf.get(name);
    for (const table of [tableOf(rows), tableOf(withCapsLock(rows, rule, keys))]) {
      const content = JSON.stringify([...table].sort());
      if (!tables.has(content)) tables.set(content, table);
    }
  }
  return [...tables.values()];
}

export const TABLES = makeTables();

/** Return the text as it was sent if `table` is right, or null if it cannot be. */
function repair(chars, table) {
  const mapped = chars.map((char) => table.get(char)); // undefined: marked
  const behind = mapped.lastIndexOf('#') + 1;
  if (mapped.includes(undefined, behind)) return null;
  return mapped.map((char) => char ?? '?').join('');
}

/** Return all that a text may have been when it was sent, the likeliest layout first. */
export function repairs(text) {
  const chars = [...text];
  if (chars.length > LONGEST) return [];
  const found = TABLES.map((table) => repair(chars, table));
  return [...new Set(found)].filter((repaired) => repaired !== null);
}
