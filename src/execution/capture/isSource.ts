/** What people write, and programs without a compiler do not: told by its name. */
export function isSource(path: string): boolean {
  return /\.(?:py|pyi|pyx|ipynb|R|jl|sh|c|cc|cpp|cu|h|hpp|rs|js|ts|md|rst)$/.test(path);
}
