(** Proposition 3.4 with eps the C^2 distance of the heads. *)

From Coq Require Import Reals.
From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp.analysis Require Import Rstruct.
From mathcomp.algebra_tactics Require Import ring.
From Geometry Require Import forms semidefinite norms positivity matrices cubic.
From Geometry Require Import jets pullback smooth.
From Geometry.prop34 Require Import perturbation star one_dimension readings.

Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.

Import Order.Theory GRing.Theory Num.Theory.
Local Open Scope ring_scope.

(** At z the heads are within eps of each other up to order 2: |h_phi - h| <= eps,
    |J_phi - J| <= eps and |D^2 h_phi - D^2 h| <= eps. *)
Definition c2_distance_le k d (h hphi : vec d -> vec k) (z : vec d) (eps : R) : Prop :=
  [/\ length_le (row_of (hphi z) - row_of (h z)) eps,
      norm_le (mx (jac hphi z) - mx (jac h z)) eps &
      bilinear_le (fun a => second_derivative_of hphi z a - second_derivative_of h z a) eps].

(** Reading [c2-distance] is refuted: for every R0 > 3, by
    L(u) = R0 u + u^2 / 2, h(z) = z and h_phi(z) = z + z^2 / 2, which are within eps = 1 of each
    other up to order 2 at z = 0. H_eff goes from 1 to 1 + R0, where the bound allows 3. *)
Theorem refuted_c2_distance (R0 : R) : 3%:R < R0 ->
  exists (loss : vec 1 -> R) (h hphi : vec 1 -> vec 1) (z : vec 1) (eps L M : R),
  [/\ quoted loss h hphi z eps L M, c2_distance_le h hphi z eps,
      norm_le (mx (effective loss hphi z) - mx (effective loss h z)) R0 &
      ~ quoted_bound (mx (effective loss hphi z)) (mx (effective loss h z)) eps L M].
Proof.
move=> big; pose loss := loss1 (cubic 0 R0 1 0); pose h := head1 (cubic 0 1 0 0).
pose hphi := head1 (cubic 0 1 1 0); pose z := point1 0.
have e0 : IZR 0 = 0 :> R by []. have e1 : IZR 1 = 1 :> R by [].
have R0p : 0 <= R0 by apply: le_trans (ltW big); rewrite ler0n.
have gap : mx (effective loss hphi z) - mx (effective loss h z) = R0%:M.
  rewrite !effective_at0 scalar11B e0 e1; congr _%:M.
  by rewrite expr1n expr0n /= !(mulr0, mul0r, addr0, mulr1) addrC addKr.
exists loss, h, hphi, z, 1, 1, 1; split.
- split; first by split=> [u|w]; [apply: C2_loss | split; apply: C2map_head].
  + by rewrite !jac_at0 subrr; apply: norm_leW ler01 _; apply: norm_le_mx0.
  + by rewrite jac_at0 e1; apply: norm_le11; rewrite normr1.
  by split; rewrite hess_at e0 e1 mul0r addr0; apply: norm_le11; rewrite normr1.
- split.
  + rewrite !(row11 (head_at0 _ _ _ _)) subrr.
    by split; [exact: ler01 | rewrite sqn0 exprn_ge0 ?ler01].
  + by rewrite !jac_at0 subrr; apply: norm_leW ler01 _; apply: norm_le_mx0.
  apply: (bilinear_le11 (b := 1)); last by rewrite normr1.
  by rewrite !second_at0 scalar11B e0 e1 subr0.
- by rewrite gap; apply: norm_le11; rewrite ger0_norm.
rewrite /quoted_bound gap; apply: not_norm_le11.
rewrite ger0_norm // expr1n !mulr1.
by have -> : 2%:R + 1 = 3%:R :> R by ring.
Qed.
