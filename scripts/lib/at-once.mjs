// Works through a list, several at a time, in the order of the list.

/**
 * @template T
 * @param {readonly T[]} list
 * @param {number} width
 * @param {(item: T) => Promise<void>} work
 */
export async function atOnce(list, width, work) {
  const rest = [...list];
  const worker = async () => {
    for (let item = rest.shift(); item !== undefined; item = rest.shift()) await work(item);
  };
  await Promise.all(Array.from({ length: width }, worker));
}
