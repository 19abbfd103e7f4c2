(** The vectors and matrices of real functions, read as those of MathComp. *)

From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp.analysis Require Import Rstruct.
From Coquelicot Require Import Coquelicot.
From Geometry Require Import forms semidefinite.
From Geometry Require vectors jets chain pullback symmetry smooth.

Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.

Import Order.Theory GRing.Theory Num.Theory.
Local Open Scope ring_scope.

Notation R := Rdefinitions.R.
Notation vec := vectors.vec.
Notation mat := vectors.mat.

(** The vector x as a row. *)
Definition row_of n (x : vec n) : 'rV[R]_n := \row_i x i.
(** The matrix A as a matrix of MathComp. *)
Definition mx m n (A : mat m n) : 'M[R]_(m, n) := \matrix_(i, j) A i j.
(** The other way round. *)
Definition vec_of n (x : 'rV[R]_n) : vec n := fun i => x 0 i.
Definition mat_of m n (A : 'M[R]_(m, n)) : mat m n := fun i j => A i j.

Lemma row_ofK n (x : vec n) : vec_of (row_of x) = x.
Proof. by apply: FunctionalExtensionality.functional_extensionality => i; rewrite /vec_of mxE. Qed.

Lemma vec_ofK n (x : 'rV[R]_n) : row_of (vec_of x) = x.
Proof. by apply/rowP => i; rewrite mxE. Qed.

Lemma mat_ofK m n (A : 'M[R]_(m, n)) : mx (mat_of A) = A.
Proof. by apply/matrixP => i j; rewrite mxE. Qed.

Lemma mxK m n (A : mat m n) : mat_of (mx A) = A.
Proof.
apply: FunctionalExtensionality.functional_extensionality => i.
by apply: FunctionalExtensionality.functional_extensionality => j; rewrite /mat_of mxE.
Qed.

Lemma row_of_inj n (x y : vec n) : row_of x = row_of y -> x = y.
Proof. by move=> e; rewrite -(row_ofK x) e row_ofK. Qed.

Lemma dot_row n (x y : vec n) : vectors.dot x y = dot (row_of x) (row_of y).
Proof. by rewrite dotE; apply: eq_bigr => i _; rewrite !mxE. Qed.

Lemma mx_mulm m n p (A : mat m n) (B : mat n p) : mx (vectors.mulm A B) = mx A *m mx B.
Proof. by apply/matrixP => i j; rewrite !mxE; apply: eq_bigr => l _; rewrite !mxE. Qed.

Lemma mx_tr m n (A : mat m n) : mx (vectors.tr A) = (mx A)^T.
Proof. by apply/matrixP => i j; rewrite !mxE. Qed.

Lemma mx_addm m n (A B : mat m n) : mx (vectors.addm A B) = mx A + mx B.
Proof. by apply/matrixP => i j; rewrite !mxE. Qed.

(** A x, as a row. *)
Lemma row_mulv m n (A : mat m n) (x : vec n) : row_of (vectors.mulv A x) = row_of x *m (mx A)^T.
Proof. by apply/rowP => i; rewrite !mxE; apply: eq_bigr => j _; rewrite !mxE mulrC. Qed.

Lemma row_addv n (x y : vec n) : row_of (vectors.addv x y) = row_of x + row_of y.
Proof. by apply/rowP => i; rewrite !mxE. Qed.

Lemma row_subv n (x y : vec n) : row_of (vectors.subv x y) = row_of x - row_of y.
Proof. by apply/rowP => i; rewrite !mxE. Qed.

Lemma row_affine m n (W : mat m n) (b : vec m) (x : vec n) :
  row_of (smooth.affine W b x) = row_of x *m (mx W)^T + row_of b.
Proof. by rewrite row_addv row_mulv. Qed.

(** The Hessian of a C^2 function is symmetric. *)
Lemma sym_hess n (f : vec n -> R) x : jets.C2 f x -> sym (mx (jets.hess f x)).
Proof. by move=> C; apply/matrixP => i j; rewrite !mxE symmetry.hess_sym. Qed.

(** The effective Hessian of an affine head is W^T H W. *)
Lemma effective_affine_mx k d (L : vec k -> R) (W : mat k d) b z :
  jets.C2 L (smooth.affine W b z) ->
  mx (pullback.effective L (smooth.affine W b) z) =
  (mx W)^T *m mx (jets.hess L (smooth.affine W b z)) *m mx W.
Proof.
move=> C; rewrite pullback.effective_split //; last exact: smooth.C2_affine.
rewrite mx_addm /pullback.gauss_newton !mx_mulm mx_tr smooth.jac_affine mulmxA.
rewrite [X in _ + X](_ : _ = 0) ?addr0 //; apply/matrixP => i j; rewrite !mxE.
rewrite /pullback.interaction big1 // => a _.
by rewrite smooth.hess_affine; apply: mulr0.
Qed.
