// What a device keeps in IndexedDB: the questions of a pack, answers that wait to be sent, and who it is.

/** @typedef {"questions" | "waiting" | "about"} Name of a store */

const NAMES = /** @type {const} */ (["questions", "waiting", "about"]);

/** @type {Promise<IDBDatabase> | undefined} */
let opened;

function open() {
  opened ??= new Promise((resolve, reject) => {
    const request = indexedDB.open("examprep", 1);
    request.onupgradeneeded = () => {
      for (const name of NAMES) request.result.createObjectStore(name);
    };
    request.onsuccess = () => {
      // A newer version in another tab is not held up.
      request.result.onversionchange = () => request.result.close();
      resolve(request.result);
    };
    request.onerror = () => reject(request.error);
  });
  return opened;
}

/**
 * Do something to stores, all of it or nothing; resolves to the result of what `act` returns once it is kept.
 *
 * @template T
 * @param {"readonly" | "readwrite"} mode
 * @param {(store: (name: Name) => IDBObjectStore) => IDBRequest<T> | void} act
 * @returns {Promise<T | undefined>}
 */
export async function transact(mode, act) {
  const transaction = (await open()).transaction(NAMES, mode);
  const request = act((name) => transaction.objectStore(name));
  return new Promise((resolve, reject) => {
    transaction.oncomplete = () => resolve(request?.result);
    transaction.onabort = () => reject(transaction.error);
  });
}

/** @param {Name} name @param {string} key @returns {Promise<any>} */
export function read(name, key) {
  return transact("readonly", (store) => store(name).get(key));
}

/** @param {Name} name @returns {Promise<any[]>} */
export async function readAll(name) {
  return (await transact("readonly", (store) => store(name).getAll())) ?? [];
}

/** Remove all questions, whose keys nobody is to find here; answers that wait stay. */
export function forgetQuestions() {
  return transact("readwrite", (store) => {
    store("about").clear();
    store("questions").clear();
  });
}
