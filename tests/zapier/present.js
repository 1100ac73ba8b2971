// Loaded before a program: it lives in the present of the tests, as all that they start does.

const Clock = Date;
const shift = Number(process.env.TESTS_PRESENT) * 1000 - Clock.now();
globalThis.Date = class extends Clock {
  constructor(...given) {
    super(...(given.length ? given : [Clock.now() + shift]));
  }

  static now() {
    return Clock.now() + shift;
  }
};
