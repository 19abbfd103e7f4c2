(** Theorem 3.1, part [linear]: the numbers u^T hess L(u) u of two losses. *)
From Coq Require Import Reals Lra FunctionalExtensionality.
From mathcomp Require Import ssreflect ssrfun ssrbool eqtype ssrnat seq fintype bigop.
From Coquelicot Require Import Coquelicot.
From Geometry Require Import vectors jets chain pullback smooth symmetry homogeneous elementary.
Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Open Scope R_scope.

(** Part [linear], scale-invariant losses. If L(t u) = L(u) for all t > 0 then
    u^T hess L(u) u = 0 wherever L is C^2. *)
Theorem part_linear_scale_invariant (k : nat) (L : vec k -> R) (u : vec k) :
  scale_invariant L -> C2 L u -> form (hess L u) u u = 0.
Proof.
move=> inv LC; rewrite /form euler_second // dotZr dotC euler_first ?Rmult_0_r //.
exact: C2_C1.
Qed.

(** The loss sqrt(1 + |u|^2). *)
Definition bowl (k : nat) (u : vec k) : R := sqrt (1 + dot u u).

Lemma bowl_C2 k (u : vec k) : C2 (@bowl k) u.
Proof.
have p : 0 < 1 + dot u u by have := dot_ge0 u; lra.
apply: (C2_fun (s := sqrt) (f := fun w => 1 + dot w w)).
  apply: C2_plus; first exact: C2_const.
  by apply: C2_sum => i; apply: C2_mult; exact: C2_coord.
apply: (C2fun_at_ext (df := fun s => / (2 * sqrt s)) (ddf := fun s => - / (4 * s * sqrt s))) => // s s0.
- by auto_derive => //; field; have := sqrt_lt_R0 _ s0; lra.
- have r0 := sqrt_lt_R0 _ s0; have rr := sqrt_sqrt _ (Rlt_le _ _ s0).
  auto_derive; first by repeat split => //; lra.
  by move: r0 rr; move: (sqrt s) => r r0 <-; field; lra.
- apply: (ex_derive_continuous (fun s => - / (4 * s * sqrt s))).
  have r0 := sqrt_lt_R0 _ s0; auto_derive; split=> //.
  by split=> //; apply: Rgt_not_eq; apply: Rmult_lt_0_compat => //; lra.
Qed.

(** The second derivative of t -> L(t u) at 1 is u^T hess L(u) u. *)
Lemma radial (k : nat) (L : vec k -> R) (u : vec k) (f f' : R -> R) (l : R) : C2 L u ->
  (forall t, L (scalev t u) = f t) -> (forall t, 0 < t -> is_derive f t (f' t)) ->
  is_derive f' 1 l -> form (hess L u) u u = l.
Proof.
move=> LC Lf ff' f'l; have s1 : scalev 1 u = u by apply: functional_extensionality => i; rewrite /scalev; ring.
pose gamma t := scalev t u.
have ga : has_acceleration gamma 1 u zerov.
  have D i t : is_derive (fun r => gamma r i) t (u i) by rewrite /gamma /scalev; auto_derive => //; ring.
  split; first by apply: filter_forall => t i; exists (u i).
  split; first by move=> i.
  move=> i; apply: (is_derive_ext (fun=> u i)); last exact: is_derive_const.
  by move=> t; apply/esym/is_derive_unique.
have LC1 : C2 L (gamma 1) by rewrite /gamma s1.
have [h1 h2] := second_derivative LC1 ga.
rewrite /gamma s1 dot0r Rplus_0_r in h2.
rewrite -(is_derive_unique _ _ _ h2) -(is_derive_unique _ _ _ f'l).
apply: Derive_ext_loc.
have p1 : locally 1 (fun t => 0 < t) by apply: locally_gt0; lra.
apply: filter_imp (filter_and _ _ h1 p1) => t [d t0].
rewrite -(is_derive_unique _ _ _ (ff' t t0)) -(is_derive_unique _ _ _ d).
by apply: Derive_ext => r; rewrite -Lf.
Qed.

(** u^T hess L(u) u = s / (1 + s)^(3/2) with s = |u|^2, for L = sqrt(1 + |u|^2). *)
Lemma bowl_radial k (u : vec k) :
  form (hess (@bowl k) u) u u = dot u u / sqrt (1 + dot u u) ^ 3.
Proof.
have s0 := dot_ge0 u; pose S := dot u u.
apply: (radial (f := fun t => sqrt (1 + t ^ 2 * S)) (f' := fun t => t * S / sqrt (1 + t ^ 2 * S))).
- exact: bowl_C2.
- by move=> t; rewrite /bowl dotZl dotZr -/S; congr sqrt; ring.
- move=> t t0; have p : 0 < 1 + t ^ 2 * S by have := pow2_ge_0 t; rewrite /S; nra.
  have r0 := sqrt_lt_R0 _ p.
  auto_derive; first by move: p r0; rewrite /= => p r0; repeat split; lra.
  by move: r0; rewrite /= => r0; field; lra.
have p : 0 < 1 + S by rewrite /S; lra.
have r0 := sqrt_lt_R0 _ p; have rr := sqrt_sqrt _ (Rlt_le _ _ p).
have e1 : 1 + 1 ^ 2 * S = 1 + S by ring.
auto_derive.
  by rewrite /= !Rmult_1_l; repeat split; lra.
rewrite /= !Rmult_1_l !Rmult_1_r -/S.
move: r0 rr; move: (sqrt (1 + S)) => r r0 rr.
have -> : S = r * r - 1 by lra.
by field; lra.
Qed.

(** Part [linear], the loss sqrt(1 + |u|^2): the maximum of u^T hess L(u) u is
    2 / (3 sqrt 3), for every k >= 1. *)
Theorem part_linear_bowl (k : nat) :
  (forall u : vec k.+1, form (hess (@bowl k.+1) u) u u <= 2 / (3 * sqrt 3)) /\
  (exists u : vec k.+1, form (hess (@bowl k.+1) u) u u = 2 / (3 * sqrt 3)).
Proof.
have t0 : 0 < sqrt 3 by apply: sqrt_lt_R0; lra.
have tt : sqrt 3 * sqrt 3 = 3 by apply: sqrt_sqrt; lra.
split=> [u|].
  rewrite bowl_radial; have := dot_ge0 u; move: (dot u u) => s s0.
  have p : 0 < 1 + s by lra.
  have r0 := sqrt_lt_R0 _ p; have rr := sqrt_sqrt _ (Rlt_le _ _ p).
  move: r0 rr; move: (sqrt (1 + s)) => r r0 rr.
  have r3 : 0 < r ^ 3 by apply: pow_lt.
  apply: (Rmult_le_reg_r (r ^ 3)) => //; rewrite /Rdiv Rmult_assoc Rinv_l ?Rmult_1_r; last lra.
  apply: (Rmult_le_reg_l (3 * sqrt 3)); first lra.
  have -> : 3 * sqrt 3 * (2 * / (3 * sqrt 3) * r ^ 3) = 2 * r ^ 3 by field; lra.
  apply: Rsqr_incr_0_var; last by lra.
  rewrite /Rsqr; have -> : 3 * sqrt 3 * s * (3 * sqrt 3 * s) = 9 * (sqrt 3 * sqrt 3) * s ^ 2 by ring.
  have -> : 2 * r ^ 3 * (2 * r ^ 3) = 4 * (r * r) ^ 3 by ring.
  rewrite tt rr; have : 0 <= (s - 2) ^ 2 * (4 * s + 1).
    by apply: Rmult_le_pos; [apply: pow2_ge_0 | lra].
  by lra.
pose u : vec k.+1 := fun i => kron ord0 i * sqrt 2; exists u.
have uu : dot u u = 2.
  rewrite /dot (eq_sum (G := fun i => kron ord0 i * (u i * sqrt 2))) => [|i].
    rewrite sum_kron /u /kron eqxx Rmult_1_l; apply: sqrt_sqrt; lra.
  by rewrite /u; ring.
rewrite bowl_radial uu (_ : 1 + 2 = 3); last by ring.
have -> : sqrt 3 ^ 3 = sqrt 3 * sqrt 3 * sqrt 3 by ring.
by rewrite tt.
Qed.
