const ZERO = 48;
const NINE = 57;

/**
 * Compares texts as people sort them, `orders-9` before `orders-10`: character by character, and
 * numbers in them by what they are worth. 0 only for texts that are the same.
 */
export function compareNaturally(a: string, b: string): number {
  if (a === b) return 0;
  const length = Math.min(a.length, b.length);
  for (let at = 0; at < length; at++) {
    const codeA = a.charCodeAt(at);
    const codeB = b.charCodeAt(at);
    if (codeA === codeB) continue;
    if (!isDigit(codeA) && !isDigit(codeB)) return codeA - codeB;
    return compareNumbers(a, b, at) || codeA - codeB;
  }
  // One is how the other begins; if it goes on with a digit, its number is the greater, too.
  return a.length - b.length;
}

/** Texts that are the same before `at`, by the numbers that `at` is in or behind; 0: neither. */
function compareNumbers(a: string, b: string, at: number): number {
  let start = at;
  while (start > 0 && isDigit(a.charCodeAt(start - 1))) start--;
  const digitsA = digitCount(a, at);
  const digitsB = digitCount(b, at);
  // Where no number has begun before, one that begins here is compared as a character.
  if (start === at && (digitsA === 0 || digitsB === 0)) return 0;
  return digitsA - digitsB;
}

function digitCount(text: string, from: number): number {
  let at = from;
  while (isDigit(text.charCodeAt(at))) at++;
  return at - from;
}

function isDigit(code: number): boolean {
  return code >= ZERO && code <= NINE;
}
