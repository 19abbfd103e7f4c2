(** Losses u^T A u / 2 + b.u on R^k with a symmetric matrix A. *)

From Coq Require Import Reals.
From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp.analysis Require Import Rstruct.
From mathcomp.algebra_tactics Require Import ring.
From Coquelicot Require Import Coquelicot.
From Geometry Require Import forms semidefinite matrices.
From Geometry Require Import jets pullback smooth.
From Geometry Require real_functions.
From Geometry Require Import cubic.

Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.

Import Order.Theory GRing.Theory Num.Theory.
Local Open Scope ring_scope.

Local Notation form := forms.form.
Local Notation dot := forms.dot.

(** The loss u^T A u / 2 + b.u. *)
Definition quadratic_loss n (A : 'M[R]_n) (b : 'rV[R]_n) : vec n -> R :=
  fun u => quad A (row_of u) / 2%:R + dot b (row_of u).

Section Quadratic.

Variables (n : nat) (A : 'M[R]_n) (b : 'rV[R]_n).
Hypothesis sA : sym A.

Lemma row_upd (x : vec n) i t : row_of (upd x i t) = row_of x + (t - x i) *: delta_mx 0 i.
Proof.
apply/rowP => j; rewrite !mxE /upd eqxx /=; case: (eqVneq j i) => [->|ji] /=.
  by rewrite mulr1 addrC subrK.
by rewrite mulr0 addr0.
Qed.

Lemma known_quadratic x : real_functions.second_order (quadratic_loss A b)
  (fun y => vec_of (row_of y *m A + b)) (fun _ => mat_of A) x.
Proof.
have gE y : vec_of (row_of y *m A + b) = affine (mat_of A^T) (vec_of b) y.
  by apply: row_of_inj; rewrite vec_ofK row_affine mat_ofK vec_ofK trmxK.
split=> [i|i j|i|i j].
- pose c2 := A i i / 2%:R.
  apply: is_derive_ext (line_derive (quadratic_loss A b x) (vec_of (row_of x *m A + b) i)
    c2 (x i)) => t; rewrite /c2.
  rewrite /quadratic_loss row_upd quadD_sym // formZr quadZ dotDr dotZr.
  have -> : form A (row_of x) (delta_mx 0 i) = (row_of x *m A) 0 i.
    by rewrite /form trmx_delta -colE mxE.
  have -> : quad A (delta_mx 0 i) = A i i.
    by rewrite /quad /form -rowE trmx_delta -colE !mxE.
  have -> : dot b (delta_mx 0 i) = b 0 i by rewrite /dot trmx_delta -colE mxE.
  rewrite /vec_of mxE -[Rminus t _]/(t - x i); set u := quad A _; set v := (_ *m A) 0 i.
  set w := dot b (row_of x); set y := b 0 i; set s := t - x i; set a := A i i.
  change (u / 2%:R + w + s * (v + y) + s * s * (a / 2%:R) =
    (u + 2%:R * (s * v) + s ^+ 2 * a) / 2%:R + (w + s * y)).
  by field.
- apply: is_derive_ext (line_derive (vec_of (row_of x *m A + b) j) (mat_of A i j) 0 (x i)) => t.
  rewrite /vec_of /mat_of row_upd mulmxDl -scalemxAl -rowE !mxE.
  set v := \sum_(_ < _) _; set y := b 0 j; set a := A i j.
  change (v + y + (t - x i) * a + (t - x i) * (t - x i) * 0 = v + (t - x i) * a + y).
  by ring.
- apply: (jets.cont_ext_near (f := comp (affine (mat_of A^T) (vec_of b)) i)).
    by apply: real_functions.near_all => y; rewrite gE.
  exact/C1map_cont/C2map_C1map/C2_affine.
exact: pullback.cont_const.
Qed.

Lemma C2_quadratic u : C2 (quadratic_loss A b) u.
Proof. exact/real_functions.known_C2/real_functions.near_all/known_quadratic. Qed.

(** The gradient is A u + b. *)
Lemma grad_quadratic u : row_of (grad (quadratic_loss A b) u) = row_of u *m A + b.
Proof.
rewrite (real_functions.known_grad (real_functions.near_all u known_quadratic)).
exact: vec_ofK.
Qed.

(** The Hessian is A. *)
Lemma hess_quadratic u : mx (hess (quadratic_loss A b) u) = A.
Proof.
rewrite (real_functions.known_hess (real_functions.near_all u known_quadratic)).
exact: mat_ofK.
Qed.

End Quadratic.

(** The linear head z -> W z. *)
Definition linear_head k d (W : 'M[R]_(k, d)) : vec d -> vec k :=
  affine (mat_of W) vectors.zerov.

Lemma jac_linear k d (W : 'M[R]_(k, d)) z : mx (jac (linear_head W) z) = W.
Proof. by rewrite jac_affine mat_ofK. Qed.

Lemma C2map_linear k d (W : 'M[R]_(k, d)) z : C2map (linear_head W) z.
Proof. exact: C2_affine. Qed.

(** The effective Hessian of a linear head and a quadratic loss is W^T A W. *)
Lemma effective_quadratic k d (A : 'M[R]_k) b (W : 'M[R]_(k, d)) z : sym A ->
  mx (effective (quadratic_loss A b) (linear_head W) z) = W^T *m A *m W.
Proof.
move=> sA; have e := effective_affine_mx (W := mat_of W) (b := vectors.zerov) (z := z)
  (C2_quadratic b sA _).
by rewrite /linear_head e (hess_quadratic b sA) mat_ofK.
Qed.
