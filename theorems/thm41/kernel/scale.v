(** Losses that do not depend on the length of their argument. *)
From Coq Require Import Reals Lra FunctionalExtensionality.
From mathcomp Require Import ssreflect ssrfun ssrbool eqtype ssrnat seq fintype bigop.
From Coquelicot Require Import Coquelicot.
From Geometry Require Import vectors jets chain pullback smooth symmetry.
From Geometry Require Export homogeneous.
Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Open Scope R_scope.

(** If [L : R^k -> R] is C^2 near [u] and [L(t u) = L(u)] for all [t > 0] and all [u], then, with
    [rho] and [H] the gradient and the Hessian of [L] at [u]: [H u = - rho] and [u^T H u = 0]; where
    [rho != 0], [H] is strictly indefinite; so a positive semidefinite [H] and [rho != 0] exclude each
    other.  (Such a loss is C^2 near [0] only if it is constant there, so [u != 0] need not be assumed.) *)
Theorem part_fact0 (k : nat) (L : vec k -> R) (u : vec k) :
  C2 L u -> scale_invariant L ->
  let H := hess L u in
  let rho := grad L u in
  mulv H u = scalev (-1) rho
  /\ form H u u = 0
  /\ (rho <> zerov -> (exists v, 0 < form H v v) /\ (exists v, form H v v < 0))
  /\ ((forall v, 0 <= form H v v) -> rho = zerov).
Proof.
move=> LC inv H rho; have E := euler_second inv LC; have F := euler_first inv (C2_C1 LC).
rewrite -/H -/rho in E F.
have uHu : form H u u = 0 by rewrite /form E dotZr dotC F; ring.
have E' : mulv (tr H) u = scalev (-1) rho.
  apply: functional_extensionality => i; rewrite -E; apply: eq_sum => j; rewrite /tr.
  by rewrite /H (hess_sym j i LC).
have q x : form H (addv u (scalev x rho)) (addv u (scalev x rho))
    = x * (x * form H rho rho - 2 * dot rho rho).
  rewrite /form mulvD mulvZ dotDl !dotDr !dotZl !dotZr -/(form H u u) uHu E !dotZr.
  by rewrite dot_mulv E' dotZl; ring.
have ind : rho <> zerov -> (exists v, 0 < form H v v) /\ (exists v, form H v v < 0).
  move=> /dot_gt0; set a := dot rho rho => a0; set b := form H rho rho in q.
  pose x := a / (Rabs b + 1); have b0 := Rabs_pos b; have b1 := Rle_abs b.
  have b2 := Rle_abs (- b); rewrite Rabs_Ropp in b2.
  have x0 : 0 < x by apply: Rdiv_lt_0_compat; lra.
  have xb : x * Rabs b <= a.
    have -> : x * Rabs b = a - x by rewrite /x; field; lra.
    by lra.
  have k1 := Rmult_le_compat_l x _ _ (Rlt_le _ _ x0) b1.
  have k2 := Rmult_le_compat_l x _ _ (Rlt_le _ _ x0) b2.
  split.
    exists (addv u (scalev (- x) rho)); rewrite q -/a.
    have -> : - x * (- x * b - 2 * a) = x * (x * b + 2 * a) by ring.
    by apply: Rmult_lt_0_compat => //; lra.
  exists (addv u (scalev x rho)); rewrite q.
  have : 0 < x * (2 * a - x * b) by apply: Rmult_lt_0_compat => //; lra.
  rewrite -/a; lra.
split=> //; split=> //; split=> // psd.
apply: dot_eq0; apply: Rle_antisym; last exact: dot_ge0.
apply: Rnot_lt_le => pos; have [|_ [v]] := ind; last by have := psd v; lra.
by move=> e; rewrite e dot0l in pos; lra.
Qed.
