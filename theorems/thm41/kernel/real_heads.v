(** * The matrices of a head at a state are the Hessian of L o h: the layer formula and the identity, for heads over the real numbers *)
From Coq Require Import Reals.
From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp.analysis Require Import Rstruct.
From mathcomp.algebra_tactics Require Import ring.
From Coquelicot Require Import Coquelicot.
From Geometry Require Import forms semidefinite matrices.
From Geometry Require Import jets pullback smooth.
From Geometry.thm41 Require Import heads symmetry.
From Geometry.thm41 Require layers.
Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Import Order.TTheory GRing.Theory Num.Theory.
Local Open Scope ring_scope.

(** The layers of a head over the real numbers, see [heads.layers]. *)
Notation real_layers := (heads.layers R_realFieldType).


(** The weights and biases of a head, read as tables of real numbers. *)
Fixpoint tables k n (N : real_layers k n) : layers.layers k n :=
  match N with
  | Last _ W b => layers.Last (mat_of W) (vec_of b)
  | Layer _ _ W b rest => layers.Layer (mat_of W) (vec_of b) (tables rest)
  end.

(** The head [h : R^d -> R^k] with the activation [s]: [x_0 = z, a_l = W_l x_(l-1) + b_l, x_l = s(a_l), h = W_N x_(N-1) + b_N]. *)
Definition real_head (s : R -> R) k d (N : real_layers k d) : vec d -> vec k := layers.head s (tables N).

(** The Hessian of [L o h] at [z]: the matrix of the second partial derivatives of [z |-> L(h(z))]. *)
Definition hessian k d (L : vec k -> R) (h : vec d -> vec k) (z : vec d) : 'M[R]_d :=
  mx (hess (fun w => L (h w)) z).

(** The gradient [rho] of the loss at a point of output space, and its Hessian, as a row and a matrix. *)
Definition loss_gradient k (L : vec k -> R) (u : vec k) : 'rV[R]_k := row_of (grad L u).
Definition loss_hessian k (L : vec k -> R) (u : vec k) : 'M[R]_k := mx (hess L u).

Section Activation.
Variable s : R -> R.
Hypothesis sC : C2fun s.
Let s1 := Derive s.
Let s2 := Derive s1.

Lemma row_layer m n (W : 'M[R]_(m, n)) (b : 'rV[R]_m) (x : vec n) :
  row_of (smooth.affine (mat_of W) (vec_of b) x) = affine W b (row_of x).
Proof. by rewrite row_affine mat_ofK vec_ofK. Qed.

Lemma row_activate (t : R -> R) n (a : vec n) : row_of (layers.activate t a) = map_mx t (row_of a).
Proof. by apply/rowP => i; rewrite !mxE. Qed.

Lemma row_head k n (N : real_layers k n) (x : vec n) : row_of (real_head s N x) = head s N (row_of x).
Proof.
rewrite /real_head; elim: N x => [{}n W b|{}n m W b rest IH] x /=; first exact: row_layer.
by rewrite IH row_activate row_layer.
Qed.

Lemma real_head_C2 k n (N : real_layers k n) x : C2map (real_head s N) x.
Proof. exact: layers.C2_head. Qed.

(** One hidden layer, [x |-> s(W x + b)]. *)
Let hidden m n (W : 'M[R]_(m, n)) (b : 'rV[R]_m) (x : vec n) : vec m :=
  layers.activate s (smooth.affine (mat_of W) (vec_of b) x).

Lemma hidden_C2 m n (W : 'M[R]_(m, n)) b x : C2map (hidden W b) x.
Proof. by apply: C2map_comp; [exact: C2_affine | exact: layers.C2_activate]. Qed.

Lemma jac_hidden m n (W : 'M[R]_(m, n)) b x :
  mx (jac (hidden W b) x) = diag_mx (map_mx s1 (affine W b (row_of x))) *m W.
Proof.
rewrite (jac_comp (g := layers.activate s (n := m))); first last.
- by apply: C2map_C1map; exact: layers.C2_activate.
- by apply: C2map_C1map; exact: C2_affine.
rewrite mx_mulm jac_affine mat_ofK -row_layer; congr (_ *m _).
apply/matrixP => i j; rewrite !mxE layers.jac_activate /vectors.kron.
by case: eqP => _; [rewrite mulr1n; apply: mul1r | rewrite mulr0n; apply: mul0r].
Qed.

Lemma hess_hidden m n (W : 'M[R]_(m, n)) b x q i j :
  hess (comp (hidden W b) q) x i j = s2 (affine W b (row_of x) 0 q) * W q i * W q j.
Proof.
have xC : C2map (fun w : vec n => w) x by move=> p; exact: C2_coord.
have := layers.hess_layer sC (mat_of W) (vec_of b) xC q i j.
rewrite jac_affine hess_affine -/(hidden W b) /mat_of -/s1 -/s2 => ->.
by rewrite Rmult_0_r Rplus_0_r -row_layer mxE.
Qed.

(** The Jacobian of the head is the matrix [jacobian N]. *)
Lemma jacobian_real k n (N : real_layers k n) (x : vec n) :
  mx (jac (real_head s N) x) = jacobian s s1 N (row_of x).
Proof.
elim: N x => [{}n W b|{}n m W b rest IH] x; first by rewrite jac_affine mat_ofK.
rewrite (jac_comp (g := real_head s rest) (h := hidden W b)).
- by rewrite mx_mulm IH jac_hidden row_activate row_layer mulmxA.
- by apply: C2map_C1map; exact: hidden_C2.
by apply: C2map_C1map; exact: real_head_C2.
Qed.

(** The row [rho J] is the gradient of [L o h]. *)
Lemma gradient_real k n (N : real_layers k n) (L : vec k -> R) (x : vec n) : C2 L (real_head s N x) ->
  row_of (grad (fun w => L (real_head s N w)) x) =
  loss_gradient L (real_head s N x) *m jacobian s s1 N (row_of x).
Proof.
move=> LC; rewrite grad_comp; first last.
- exact: C2_C1.
- by apply: C2map_C1map; exact: real_head_C2.
by rewrite row_mulv mx_tr trmxK jacobian_real.
Qed.

(** [delta_l] is the gradient of [rho . h] by the layer [x_l], from which the layers [N] lead to the output. *)
Lemma delta_real k n (N : real_layers k n) (rho : vec k) (x : vec n) :
  row_of (grad (fun y => vectors.dot rho (real_head s N y)) x) = row_of rho *m jacobian s s1 N (row_of x).
Proof.
rewrite (gradient_real (L := vectors.dot rho)); last exact: C2_dot.
by rewrite /loss_gradient grad_dot.
Qed.

(** The Hessian of [L o h] is the matrix [effective N] of the state: [J^T (hess L) J + sum_l A_l^T diag(delta_l o s''(a_l)) A_l]. *)
Theorem hessian_real k n (N : real_layers k n) (L : vec k -> R) (x : vec n) :
  let u := real_head s N x in
  C2 L u -> hessian L (real_head s N) x = effective s s1 s2 N (loss_hessian L u) (loss_gradient L u) (row_of x).
Proof.
rewrite /hessian; elim: N L x => [{}n W b|{}n m W b rest IH] L x /= LC.
  rewrite -[LHS]/(mx (pullback.effective L (smooth.affine (mat_of W) (vec_of b)) x)).
  rewrite effective_affine_mx // mat_ofK /effective /interaction /= mulmx0 addr0.
  by rewrite /pullback.
set u := real_head s (Layer W b rest) x in LC *.
have LC' : C2 L (real_head s rest (hidden W b x)) by [].
pose L' y := L (real_head s rest y).
have C' : C2 L' (hidden W b x) by apply: C2_comp => //; exact: real_head_C2.
rewrite -[LHS]/(mx (pullback.effective L' (hidden W b) x)).
rewrite effective_split //; last exact: hidden_C2.
rewrite mx_addm /gauss_newton !mx_mulm mx_tr jac_hidden.
have IH' := IH L (hidden W b x) LC'; rewrite -/L' in IH'; rewrite IH' row_activate row_layer -/u.
set a := affine W b (row_of x); set S := diag_mx _; set x1 := map_mx s a.
rewrite /effective mulmxDl mulmxDr -addrA; congr (_ + _).
  by rewrite /pullback /= -/a -/x1 -/S !trmx_mul !mulmxA.
rewrite interaction_layer -/a -/x1 -/S mulmxDr mulmxDl addrC; congr (_ + _); first last.
  by rewrite trmx_mul tr_diag_mx !mulmxA.
have rE : row_of (grad L' (hidden W b x)) = loss_gradient L u *m jacobian s s1 rest x1.
  by rewrite gradient_real // row_activate row_layer.
rewrite -rE; apply/matrixP => i j; rewrite mxE /pullback.interaction mul_mx_diag !mxE.
apply: eq_bigr => q _; rewrite hess_hidden -/a !mxE.
move: (s2 _) (grad _ _ _) (W q i) (W q j) => t g p r.
change (g * (t * p * r) = p * (g * t) * r); ring.
Qed.

End Activation.
