(** How far a vector u with u^T H u > 0 is from the cone w^T H w <= 0. *)

From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp.algebra_tactics Require Import ring.
From Geometry Require Import forms semidefinite norms roots.

Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.

Import Order.Theory GRing.Theory Num.Theory.
Local Open Scope ring_scope.

Section Cone.

Variable F : rcfType.
Variables (k : nat) (H : 'M[F]_k) (M : F).
Hypotheses (sH : sym H) (HM : norm_le H M).

(** u = w + n with w orthogonal to n, w^T H w <= 0 and b = |n| <= a = |w|. *)
Lemma cone_form (w n : 'rV[F]_k) (a b : F) : dot w n = 0 -> quad H w <= 0 ->
  0 < b -> b <= a -> sqn w = a ^+ 2 -> sqn n = b ^+ 2 ->
  quad H (w + n) <= 2%:R * a * b * M.
Proof.
move=> wn Hw b0 ba wa nb; have a0 : 0 < a by apply: lt_le_trans ba.
have an : a != 0 by rewrite gt_eqF.
have bn : b != 0 by rewrite gt_eqF.
pose w1 := a^-1 *: w; pose n1 := b^-1 *: n.
have w1E : w = a *: w1 by rewrite scalerA mulfV // scale1r.
have n1E : n = b *: n1 by rewrite scalerA mulfV // scale1r.
have sw1 : sqn w1 = 1 by rewrite sqnZ wa exprVn mulVf // expf_neq0.
have sn1 : sqn n1 = 1 by rewrite sqnZ nb exprVn mulVf // expf_neq0.
have wn1 : dot n1 w1 = 0 by rewrite dotZl dotZr dotC wn !mulr0.
have p2 : sqn (n1 + w1) = 2%:R by rewrite sqnD sw1 sn1 wn1; ring.
have m2 : sqn (n1 - w1) = 2%:R by rewrite sqnD sqnN dotNr sw1 sn1 wn1; ring.
have hp := norm_le_quad_le (n1 + w1) HM; have hm := norm_le_quad_ge (n1 - w1) HM.
rewrite p2 in hp; rewrite m2 in hm.
have Hw1 : quad H w1 <= 0 by rewrite /w1 quadZ mulr_ge0_le0 ?sqr_ge0.
have e : quad H (w + n) = 2%:R^-1 * (b ^+ 2 + a * b) * quad H (n1 + w1)
    - 2%:R^-1 * (a * b - b ^+ 2) * quad H (n1 - w1) + (a ^+ 2 - b ^+ 2) * quad H w1.
  rewrite {1}w1E {1}n1E !quadD_sym // quadN formNr !quadZ formZl formZr (form_sym w1 n1 sH).
  by field; rewrite an bn.
have h1 : 2%:R^-1 * (b ^+ 2 + a * b) * quad H (n1 + w1) <= (b ^+ 2 + a * b) * M.
  have -> : (b ^+ 2 + a * b) * M = 2%:R^-1 * (b ^+ 2 + a * b) * (M * 2%:R) by field.
  by rewrite ler_wpmul2l // mulr_ge0 ?invr_ge0 ?ler0n ?addr_ge0 ?mulr_ge0 ?sqr_ge0 ?ltW.
have ab0 : 0 <= a * b - b ^+ 2 by rewrite subr_ge0 expr2; apply: ler_wpmul2r => //; apply: ltW.
have h2 : - (2%:R^-1 * (a * b - b ^+ 2) * quad H (n1 - w1)) <= (a * b - b ^+ 2) * M.
  have -> : (a * b - b ^+ 2) * M = - (2%:R^-1 * (a * b - b ^+ 2) * - (M * 2%:R)) by field.
  by rewrite ler_opp2 ler_wpmul2l // mulr_ge0 ?invr_ge0 ?ler0n.
have h3 : (a ^+ 2 - b ^+ 2) * quad H w1 <= 0.
  by rewrite mulr_ge0_le0 // subr_ge0 ler_pexpn2r // nnegrE; apply: ltW.
rewrite e; apply: le_trans (ler_add (ler_add h1 h2) h3) _.
by rewrite addr0 le_eqVlt; apply/orP; left; apply/eqP; ring.
Qed.

(** A vector u outside the cone and a vector w in it: the legs a, b of a right
    triangle on |u| as hypotenuse, with b <= |u - w|, bound u^T H u. *)
Lemma cone_distance (u w : 'rV[F]_k) : 0 < quad H u -> quad H w <= 0 ->
  exists a b : F, [/\ 0 <= a, 0 < b, a ^+ 2 + b ^+ 2 = sqn u, b ^+ 2 <= sqn (u - w) &
    (b <= a /\ quad H u <= 2%:R * a * b * M) \/ (a < b /\ quad H u <= M * (a ^+ 2 + b ^+ 2))].
Proof.
move=> Hu Hw; pose t := dot u w / sqn w; pose w' := t *: w; pose n := u - w'.
have wn : dot w' n = 0.
  rewrite /n dotBr; have [w0|w0] := eqVneq w 0; first by rewrite /w' w0 scaler0 !dot0l subrr.
  rewrite /w' !dotZl dotZr (dotC w u) /t -[dot w w]/(sqn w).
  by rewrite divfK ?subrr // sqn_eq0.
have Hw' : quad H w' <= 0 by rewrite quadZ mulr_ge0_le0 ?sqr_ge0.
have uE : u = w' + n by rewrite addrC subrK.
have su : sqn w' + sqn n = sqn u by have := sqnD w' n; rewrite wn mulr0 addr0 -uE => ->.
have n_le : sqn n <= sqn (u - w).
  have -> : u - w = n + (w' - w) by rewrite addrA subrK.
  have dn : dot n (w' - w) = 0.
    have [w0|w0] := eqVneq w 0; first by rewrite /w' w0 scaler0 subrr dot0r.
    have [t0|t0] := eqVneq t 0; last first.
      have wE : w = t^-1 *: w' by rewrite scalerA mulVf // scale1r.
      have nw : dot n w' = 0 by rewrite dotC.
      have nw0 : dot n w = 0 by rewrite wE dotZr nw mulr0.
      by rewrite dotBr nw nw0 subrr.
    rewrite /n /w' t0 scale0r subr0 add0r dotNr.
    by move/eqP: t0; rewrite mulf_eq0 invr_eq0 sqn_eq0 (negPf w0) orbF => /eqP ->; rewrite oppr0.
  by rewrite (sqnD n (w' - w)) dn mulr0 addr0 ler_addl sqn_ge0.
have a2 : Num.sqrt (sqn w') ^+ 2 = sqn w' by rewrite sqr_sqrtr ?sqn_ge0.
have b2 : Num.sqrt (sqn n) ^+ 2 = sqn n by rewrite sqr_sqrtr ?sqn_ge0.
have b0 : 0 < Num.sqrt (sqn n).
  rewrite sqrtr_gt0 sqn_gt0; apply: contraTneq Hu => n0.
  by move: Hw'; rewrite -leNgt {1}uE n0 addr0.
exists (Num.sqrt (sqn w')), (Num.sqrt (sqn n)); rewrite a2 b2 su; split=> //.
  exact: sqrtr_ge0.
case: (leP (Num.sqrt (sqn n)) (Num.sqrt (sqn w'))) => ab; [left|right]; split=> //.
  by rewrite {1}uE; apply: cone_form.
exact: norm_le_quad_le.
Qed.

End Cone.
