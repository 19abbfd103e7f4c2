(** Corollary 3.5: positive semidefiniteness is needed for the threshold sqrt(lambda / M). *)

From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp.analysis Require Import Rstruct.
From Geometry Require Import forms semidefinite norms positivity.
From Geometry.cor35 Require Import threshold half_arcsine sharp.

Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.

Import Order.Theory GRing.Theory Num.Theory.
Local Open Scope ring_scope.

Local Notation R := Rdefinitions.R.

(** Without H >= 0, part [psd] fails: for all M and lambda > 0 and all L with
    lambda <= M L^2 there are J, E and a symmetric H with |E| < sqrt(lambda / M) for which
    (J + E)^T H (J + E) is not positive definite; here d = 1 and k = 2. *)
Theorem part_psd_needs_psd (L M lambda : R) : 0 < L -> 0 < M -> 0 < lambda ->
  lambda / (M * L ^+ 2) <= 1 ->
  exists (J E : 'M[R]_(2 + 0, 1 + 0)) (H : 'M[R]_(2 + 0)) (e : R),
  [/\ sym H, norm_le H M, norm_le E e, lambda_min_is (J^T *m H *m J) lambda &
      e < Num.sqrt (lambda / M) /\ ~ pd (perturbed J E H)].
Proof.
move=> L0 M0 l0 q1; have [J [E [H [sH [nH _] nJ [nE _] [h [v v0 hv]]]]]] := part_sharp_attained 0 0 L0 M0 l0 q1.
exists J, E, H, (sharp_threshold_of L M lambda); split=> //; split; first exact: part_sharp_larger.
by case=> _ /(_ v v0); rewrite hv ltxx.
Qed.

(** Part [sharp]: its hypotheses can be met, with L = M = lambda = 1, where eps* > 0; for all
    d >= 1 and k >= d + 1. *)
Lemma part_sharp_met d m : exists (J : 'M[R]_(2 + (d + m), 1 + d)) (H : 'M[R]_(2 + (d + m))),
  [/\ sym H, lambda_min_is (J^T *m H *m J) 1, norm_le J 1, norm_le H 1 &
      0 < sharp_threshold_of 1 1 1].
Proof.
have i : (0 : R) < 1 by apply: ltr01.
have q1 : (1 : R) / (1 * 1 ^+ 2) <= 1 by rewrite expr1n mulr1 divr1.
have [J [E [H [sH [nH _] [nJ _] nE [h _]]]]] := part_sharp_attained d m i i i q1.
by exists J, H; split=> //; apply: sharp_threshold_gt0; rewrite // expr1n mulr1.
Qed.
