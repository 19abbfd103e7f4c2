(** Theorem 3.1: the hypotheses of its parts and readings can be met: in every dimension n, those of [linear-outside] in the plane. *)

From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp.analysis Require Import Rstruct.
From Geometry Require Import forms semidefinite inertia sylvester matrices.
From Geometry Require Import jets pullback smooth quadratic_losses.
From Geometry.thm31 Require Import whitening parts.

Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.

Import Order.Theory GRing.Theory Num.Theory.
Local Open Scope ring_scope.

(** |u|^2 / 2 on R^n. *)
Definition paraboloid n : vec n -> R := quadratic_loss (1%:M : 'M[R]_n) 0.

Section Met.

Variable n : nat.
Let Q : 'M[R]_n := 1%:M.

Lemma paraboloid_C2 u : C2 (@paraboloid n) u.
Proof. by apply: C2_quadratic; apply: sym1. Qed.

Lemma paraboloid_hess u : mx (hess (@paraboloid n) u) = 1%:M.
Proof. by apply: hess_quadratic; apply: sym1. Qed.

Lemma paraboloid_n_plus u : n_plus (mx (hess (@paraboloid n) u)) = n.
Proof. by rewrite paraboloid_hess; apply/n_plus_full; [apply: sym1 | apply: pd1]. Qed.

(** S = R^n with the basis Q = I, and n positive eigenvalues at every u_0. *)
Lemma part_affine_met (u0 : vec n) : [/\ C2 (@paraboloid n) u0, Q^T *m Q = 1%:M &
  (n <= n_plus (mx (hess (@paraboloid n) u0)))%N].
Proof. by split; [apply: paraboloid_C2 | rewrite trmx1 mulmx1 | rewrite paraboloid_n_plus]. Qed.

(** The n eigenvalues of H = I are 1, and the columns of U = I are eigenvectors. *)
Lemma part_affine_solution_met (u0 : vec n) : [/\ C2 (@paraboloid n) u0, Q^T *m Q = 1%:M,
  forall i, 0 < (const_mx 1 : 'rV[R]_n) 0 i &
  mx (hess (@paraboloid n) u0) *m Q = Q *m diag_mx (const_mx 1)].
Proof.
split; [exact: paraboloid_C2 | by rewrite trmx1 mulmx1 | by move=> i; rewrite mxE ltr01 |].
by rewrite paraboloid_hess diag_const_mx.
Qed.

(** The loss is C^2 at every u, and Q = I. *)
Lemma part_linear_met : (forall u, C2 (@paraboloid n) u) /\ Q^T *m Q = 1%:M.
Proof. by split; [apply: paraboloid_C2 | rewrite trmx1 mulmx1]. Qed.

(** Both cases occur for n >= 1: rho = u_0 is in ran H = R^n, and it is zero for u_0 = 0 only. *)
Lemma part_fixed_point_met (u0 : vec n) : [/\ C2 (@paraboloid n) u0, Q^T *m Q = 1%:M,
  psd (mx (hess (@paraboloid n) u0)) & row_of (grad (@paraboloid n) u0) = row_of u0].
Proof.
split; [exact: paraboloid_C2 | by rewrite trmx1 mulmx1 | by rewrite paraboloid_hess; apply: psd1 |].
by rewrite grad_quadratic ?mulmx1 ?addr0 //; apply: sym1.
Qed.

(** As for part [affine]: n positive eigenvalues at every u_0. *)
Lemma reading_affine_positive_met (u0 : vec n) : [/\ C2 (@paraboloid n) u0, Q^T *m Q = 1%:M &
  (n <= n_plus (mx (hess (@paraboloid n) u0)))%N].
Proof. exact: part_affine_met. Qed.

(** H = I is positive semidefinite at every u_0 and has rank n, and S = R^n has that dimension. *)
Lemma reading_affine_psd_met (u0 : vec n) :
  [/\ C2 (@paraboloid n) u0, psd (mx (hess (@paraboloid n) u0)) &
      exists Q' : 'M[R]_(n, \rank (mx (hess (@paraboloid n) u0))), Q'^T *m Q' = 1%:M].
Proof.
split; rewrite ?paraboloid_hess; [exact: paraboloid_C2 | exact: psd1 |].
by rewrite mxrank1; exists 1%:M; rewrite trmx1 mulmx1.
Qed.

(** S of n dimensions in a space of n + 1, behind any head W_0 and at any z. *)
Lemma reading_linear_smaller_met (W0 : mat n n.+1) (z : vec n.+1) :
  let u0 := affine W0 vectors.zerov z in
  [/\ C2 (@paraboloid n) u0, psd (mx (hess (@paraboloid n) u0)) &
      (\rank (mx (hess (@paraboloid n) u0)) < n.+1)%N].
Proof.
by split; rewrite ?paraboloid_hess ?mxrank1 //; [exact: paraboloid_C2 | exact: psd1].
Qed.

(** W_0 = I, b_0 = 0 and z = 0. *)
Lemma reading_stays_fixed_full_met :
  let W0 := mat_of (1%:M : 'M[R]_n) in
  let u0 := affine W0 (@vectors.zerov n) vectors.zerov in
  [/\ C2 (@paraboloid n) u0, psd (mx (hess (@paraboloid n) u0)),
      critical (@paraboloid n) (affine W0 vectors.zerov) vectors.zerov, \rank (mx W0) = n &
      exists Q' : 'M[R]_(n, \rank (mx (hess (@paraboloid n) u0))), Q'^T *m Q' = 1%:M].
Proof.
move=> W0 u0; have [LC pH] := reading_affine_psd_met u0; split=> //; last by rewrite mat_ofK mxrank1.
have z0 : row_of (@vectors.zerov n) = 0 by apply/rowP => i; rewrite !mxE.
apply/critical_affine => //; rewrite grad_quadratic; last exact: sym1.
by rewrite row_affine z0 mul0mx !addr0 !mul0mx.
Qed.

End Met.

(** In the plane: S is the first axis and z = (0, 1) is not in it. *)
Lemma reading_linear_outside_met (u0 : vec 2) :
  let Q : 'M[R]_(2, 1) := (delta_mx 0 0)^T in let z : vec 2 := vec_of (delta_mx 0 1) in
  [/\ C2 (@paraboloid 2) u0, Q^T *m Q = 1%:M, ~~ (row_of z <= Q^T)%MS &
      (1 <= n_plus (mx (hess (@paraboloid 2) u0)))%N].
Proof.
split; [exact: paraboloid_C2 | | | by rewrite paraboloid_n_plus].
  by rewrite trmxK trmx_delta mul_delta_mx; apply/matrixP => i j; rewrite !ord1 !mxE.
rewrite vec_ofK trmxK; apply/negP => /submxP[c /matrixP/(_ 0 1)].
rewrite [c]mx11_scalar mul_scalar_mx !mxE /= mulr0 => /eqP.
by rewrite oner_eq0.
Qed.
