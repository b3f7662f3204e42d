/** A row-major matrix in a heap of doubles: element (i, j) is `heap[offset + i * stride + j]`. Rows and columns up to the next multiple of 4 are zeros. */
export interface Matrix {
  readonly offset: number;
  readonly rows: number;
  readonly columns: number;
  readonly stride: number;
}

/** `into += left right`, of the matrices as they are or transposed. */
export interface Multiply {
  readonly kind: 'multiply';
  readonly into: Matrix;
  readonly left: Matrix;
  readonly right: Matrix;
  readonly transposeLeft: boolean;
  readonly transposeRight: boolean;
  /** Only the lower triangle of the product is wanted, being symmetric; what is above it is undefined. */
  readonly lower: boolean;
  /** Factors with zeros that need no work: the left one above, the right one below is triangular, as in `L^T S` and `S L`. */
  readonly leftIsUpper: boolean;
  readonly rightIsLower: boolean;
}

/**
 * Cholesky factorization with complete pivoting, `P^T S P = L L^T`, of the lower triangle of a symmetric positive
 * semidefinite S, in place: L is its lower trapezoid of `rank` columns, with zeros right of it and undefined values above.
 */
export interface Factor {
  readonly kind: 'factor';
  readonly matrix: Matrix;
  /** Row i of L belongs to row `heap[order.offset + i]` of S. */
  readonly order: Matrix;
  /** `[1, 1]`. */
  readonly rank: Matrix;
}

/** Householder reduction of the lower triangle of a symmetric matrix, which is spent, to a tridiagonal one with its eigenvalues. */
export interface Tridiagonalize {
  readonly kind: 'tridiagonalize';
  readonly matrix: Matrix;
  /** `[1, n]`. */
  readonly diagonal: Matrix;
  /** `[1, n]`: element i couples i and i + 1, the last is 0. */
  readonly offDiagonal: Matrix;
}

export type Operation = Multiply | Factor | Tridiagonalize;

/** An operation with what the compiled loops need of room for themselves, and about how many multiplications it takes. */
export interface Step {
  readonly operation: Operation;
  readonly work: number;
  readonly cost: number;
}

/** Depth of the packed panels of a product, and columns of a block of the factorizations: as in native/kernels.c. */
const depthOfPanel = 256;
const blockColumns = 32;
const parts = 8;

/** Operations in order, and a heap laid out for them. It starts as zeros; whoever runs it writes the inputs. */
export class Program {
  readonly steps: Step[] = [];
  #size = 0;

  /** Doubles the heap holds. */
  get size(): number {
    return this.#size;
  }

  get cost(): number {
    return this.steps.reduce((sum, { cost }) => sum + cost, 0);
  }

  matrix(rows: number, columns: number): Matrix {
    const even = roundUp(columns);
    // Rows a power of two apart would all compete for the same lines of the caches.
    const stride = even % 64 === 0 ? even + 8 : even;
    return { offset: this.#allocate(roundUp(rows) * stride), rows, columns, stride };
  }

  multiply(into: Matrix, left: Matrix, right: Matrix, flags: Partial<Multiply> = {}): this {
    const { transposeLeft = false, transposeRight = false, lower = false, leftIsUpper = false, rightIsLower = false } = flags;
    const operation = { kind: 'multiply', into, left, right, transposeLeft, transposeRight, lower, leftIsUpper, rightIsLower } as const;
    const depth = transposeLeft ? left.rows : left.columns;
    const share = lower && leftIsUpper ? 1 / 6 : lower || leftIsUpper || rightIsLower ? 1 / 2 : 1;
    const work = (roundUp(into.rows) + roundUp(into.columns)) * Math.min(depth, depthOfPanel);
    return this.#add({ operation, work: this.#allocate(work), cost: into.rows * into.columns * depth * share });
  }

  factor(matrix: Matrix): { readonly order: Matrix; readonly rank: Matrix } {
    const [order, rank] = [this.matrix(1, matrix.rows), this.matrix(1, 1)];
    const work = this.#allocate(roundUp(matrix.rows) * (1 + 2 * blockColumns));
    this.#add({ operation: { kind: 'factor', matrix, order, rank }, work, cost: matrix.rows ** 3 / 6 });
    return { order, rank };
  }

  tridiagonalize(matrix: Matrix): { readonly diagonal: Matrix; readonly offDiagonal: Matrix } {
    const [diagonal, offDiagonal] = [this.matrix(1, matrix.rows), this.matrix(1, matrix.rows)];
    // Reflectors, their products with the matrix and the reflectors again; two packed panels; parts of a sum.
    const work = this.#allocate(roundUp(matrix.rows) * (3 * blockColumns + 4 * blockColumns + parts));
    this.#add({ operation: { kind: 'tridiagonalize', matrix, diagonal, offDiagonal }, work, cost: matrix.rows ** 3 });
    return { diagonal, offDiagonal };
  }

  #add(step: Step): this {
    this.steps.push(step);
    return this;
  }

  #allocate(doubles: number): number {
    const offset = this.#size;
    // Each piece starts on a line of the cache.
    this.#size += (doubles + 7) & ~7;
    return offset;
  }
}

/** The next multiple of 4, the side of the tiles that products are made of. */
function roundUp(size: number): number {
  return (size + 3) & ~3;
}
