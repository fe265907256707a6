// What a device keeps in IndexedDB: the questions of a pack, answers that wait to be sent, what the service said of
// answers that is to be shown yet, and who it is. Of a question it has when to ask it, what grades it, and its form, each
// by itself: what comes next is decided over hundreds of the first, and one form is read.

/**
 * @typedef {"places" | "questions" | "forms" | "waiting" | "news" | "about"} Name of a store
 * @typedef {[value: unknown, key: string]} Row
 * @typedef {import("./answers.js").Document} Document
 * @typedef {import("./grading.js").Entry & import("./next.js").Placed & Document} Question an entry of a pack, or a spare
 * @typedef {import("./next.js").Placed & {
 *   account: string, answered: boolean, of?: string, course: string, lesson: string,
 * }} Place of a question; `of` is the entry that a spare belongs to
 */

/** Rows that are put without a break. */
const AT_ONCE = 2;
const OF_QUESTIONS = /** @type {const} */ (["places", "questions", "forms"]);
const NAMES = /** @type {const} */ ([...OF_QUESTIONS, "waiting", "news", "about"]);

/** @type {Promise<IDBDatabase> | undefined} */
let opened;

/** What ends each transaction that is under way. @type {Set<() => void>} */
const underWay = new Set();

function open() {
  opened ??= new Promise((resolve, reject) => {
    const request = indexedDB.open("examprep", 3);
    request.onupgradeneeded = () => {
      const { result, transaction } = request;
      for (const name of NAMES) if (!result.objectStoreNames.contains(name)) result.createObjectStore(name);
      if (transaction) takeApart(transaction);
    };
    request.onsuccess = () => {
      const { result } = request;
      // A newer version in another tab is not held up.
      result.onversionchange = () => {
        result.close();
        opened = undefined;
      };
      // Who clears what a site has stored closes it, too, and what is under way may end without a word.
      result.onclose = () => {
        opened = undefined;
        for (const end of underWay) end();
      };
      resolve(result);
    };
    request.onerror = () => {
      opened = undefined;
      reject(request.error);
    };
  });
  return opened;
}

/** Take apart the questions of a device that had all of each in one row, as before version 3. @param {IDBTransaction} upgrade */
function takeApart(upgrade) {
  const [places, questions, forms] = OF_QUESTIONS.map((name) => upgrade.objectStore(name));
  const request = questions?.openCursor();
  if (!request) return;
  request.onsuccess = () => {
    const { result } = request;
    if (!result) return;
    const { account, entry, html, answered } = result.value;
    places?.put(placeOf(account, entry, answered), result.key);
    if (html) forms?.put({ account, html }, result.key);
    result.update({ account, entry });
    result.continue();
  };
}

/**
 * When a question is asked, and where it is of.
 *
 * @param {string} account
 * @param {Question} entry
 * @param {boolean} answered
 * @returns {Place}
 */
export function placeOf(account, entry, answered = false) {
  const { id, card, day, position, spare, of, course, lesson } = entry;
  return { account, answered, id, card, day, position, spare, of, course, lesson };
}

/**
 * Do something to stores, all of it or nothing; resolves to the result of what `act` returns once it is kept. Rejects
 * where the device keeps nothing, as when it is full.
 *
 * @template T
 * @param {"readonly" | "readwrite"} mode
 * @param {(store: (name: Name) => IDBObjectStore) => IDBRequest<T> | void} act
 * @param {IDBTransactionDurability} durability `strict`: a device that loses its power then has it, too
 * @returns {Promise<T | undefined>}
 */
export async function transact(mode, act, durability = "default") {
  const transaction = await begin(mode, { durability });
  const request = act((name) => transaction.objectStore(name));
  return new Promise((resolve, reject) => {
    const end = () => {
      underWay.delete(end);
      reject(transaction.error ?? new DOMException("The storage was closed.", "AbortError"));
    };
    underWay.add(end);
    transaction.onabort = end;
    transaction.oncomplete = () => {
      underWay.delete(end);
      resolve(request?.result);
    };
  });
}

/** @param {"readonly" | "readwrite"} mode @param {IDBTransactionOptions} options */
async function begin(mode, options) {
  try {
    return (await open()).transaction(NAMES, mode, options);
  } catch (error) {
    // It was closed a moment ago: by a newer version, or by who cleared it.
    if (!(error instanceof DOMException && error.name === "InvalidStateError")) throw error;
    opened = undefined;
    return (await open()).transaction(NAMES, mode, options);
  }
}

/** @param {Name} name @param {string} key @returns {Promise<any>} */
export function read(name, key) {
  return transact("readonly", (store) => store(name).get(key));
}

/** @param {Name} name @returns {Promise<any[]>} */
export async function readAll(name) {
  return (await transact("readonly", (store) => store(name).getAll())) ?? [];
}

/** @param {Name} name @returns {Promise<IDBValidKey[]>} */
export async function readKeys(name) {
  return (await transact("readonly", (store) => store(name).getAllKeys())) ?? [];
}

/**
 * Put rows into a store, a few at a time: a slow phone answers what is pressed in between. For use within `transact`.
 *
 * @param {IDBObjectStore} store
 * @param {Row[]} rows
 */
export function putAll(store, rows) {
  const requests = rows.splice(0, AT_ONCE).map(([value, key]) => store.put(value, key));
  const last = requests.at(-1);
  if (last && rows.length) last.onsuccess = () => putAll(store, rows);
}

/** How often all questions were removed: a pack that was asked for before is not kept afterwards. @returns {Promise<number>} */
export async function readEpoch() {
  return (await read("about", "epoch")) ?? 0;
}

/** Remove all questions, whose keys nobody is to find here; answers that wait stay. */
export async function forgetQuestions() {
  const epoch = await readEpoch();
  await transact("readwrite", (store) => {
    store("about").delete("pack");
    store("about").put(epoch + 1, "epoch");
    for (const name of OF_QUESTIONS) store(name).clear();
  });
}

/** Remove what is an account's own: questions, answers that wait, what was said of answers. @param {string} account */
export async function forgetAccount(account) {
  await forgetQuestions();
  /** @param {IDBObjectStore} store */
  const removeOwn = (store) => {
    const request = store.openCursor();
    request.onsuccess = () => {
      const { result } = request;
      if (result?.value.account === account) result.delete();
      result?.continue();
    };
  };
  await transact("readwrite", (store) => {
    store("about").delete("session");
    removeOwn(store("waiting"));
    removeOwn(store("news"));
  });
}
