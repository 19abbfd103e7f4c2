(** Proposition 3.4: the hypotheses of its parts can be met, with no constant zero but T in the last. *)

From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp.analysis Require Import Rstruct.
From Geometry Require Import forms semidefinite norms matrices.
From Geometry Require Import jets pullback smooth.
From Geometry.prop34 Require Import perturbation star attained.

Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.

Import Order.Theory GRing.Theory Num.Theory.
Local Open Scope ring_scope.

(** With L = M = eps = 1, for all k, d >= 1. *)
Lemma part_pullback_met (F : realFieldType) k d : exists (J Jphi : 'M[F]_(k.+1, d.+1)) (H : 'M[F]_k.+1),
  [/\ norm_le (Jphi - J) 1, norm_le J 1 & norm_le H 1].
Proof.
pose p : 'rV[F]_k.+1 := delta_mx 0 0; pose q : 'rV[F]_d.+1 := delta_mx 0 0.
have [[a _] [b _] [c _] _] := part_pullback_attained ler01 ler01 ler01 (sqn_delta F (0 : 'I_k.+1)) (sqn_delta F (0 : 'I_d.+1)).
by exists (1 *: outer p q), (1 *: outer p q + 1 *: outer p q), (1 *: outer p p).
Qed.

(** With all eight constants equal to 1. *)
Lemma part_star_met : exists (loss : vec 1 -> R) (h hphi : vec 1 -> vec 1) (z : vec 1),
  [/\ [/\ forall u, C2 loss u, C2map h z & C2map hphi z],
      [/\ length_le (row_of (hphi z) - row_of (h z)) 1,
          norm_le (mx (jac hphi z) - mx (jac h z)) 1 &
          bilinear_le (fun a => second_derivative_of hphi z a - second_derivative_of h z a) 1] &
      [/\ norm_le (mx (jac h z)) 1, bilinear_le (second_derivative_of h z) 1,
          length_le (row_of (grad loss (h z))) 1, norm_le (mx (hess loss (h z))) 1 &
          lipschitz_hessian loss (h z) (hphi z) 1]].
Proof.
have i : (0 : R) <= 1 by apply: ler01.
have [loss [h [hphi [z [a b c _]]]]] := part_star_attained i i i i i i i i.
by exists loss, h, hphi, z.
Qed.

(** With all constants equal to 1 but T = 0. *)
Lemma part_star_segment_met : exists (loss : vec 1 -> R) (h hphi : vec 1 -> vec 1) (z : vec 1),
  [/\ [/\ forall u, C2 loss u, C2map h z & C2map hphi z],
      [/\ length_le (row_of (hphi z) - row_of (h z)) 1,
          norm_le (mx (jac hphi z) - mx (jac h z)) 1 &
          bilinear_le (fun a => second_derivative_of hphi z a - second_derivative_of h z a) 1],
      [/\ norm_le (mx (jac h z)) 1, bilinear_le (second_derivative_of h z) 1,
          length_le (row_of (grad loss (h z))) 1, norm_le (mx (hess loss (h z))) 1 &
          lipschitz_hessian loss (h z) (hphi z) 0] &
      forall x, on_segment (h z) (hphi z) x -> norm_le (mx (hess loss x)) 1].
Proof.
have i : (0 : R) <= 1 by apply: ler01.
have [loss [h [hphi [z [a b [c1 c2 c3 c4 c5] _]]]]] := part_star_segment_attained i i i i i i i.
exists loss, h, hphi, z; split=> //; split=> //; split=> // x y _ _.
by rewrite !c4 subrr mul0r; apply: norm_le_mx0.
Qed.
