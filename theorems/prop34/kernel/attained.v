(** Proposition 3.4: both bounds are attained. *)

From Coq Require Import Reals.
From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp.analysis Require Import Rstruct.
From mathcomp.algebra_tactics Require Import ring.
From Geometry Require Import forms semidefinite norms positivity matrices cubic.
From Geometry Require Import jets pullback smooth.
From Geometry.prop34 Require Import perturbation star one_dimension.

Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.

Import Order.Theory GRing.Theory Num.Theory.
Local Open Scope ring_scope.

Local Notation dot := forms.dot.

Section Pullback.

Variable F : realFieldType.

(** The matrix p q^T of the text, where p and q are columns; here they are rows. *)
Definition outer k d (p : 'rV[F]_k) (q : 'rV[F]_d) : 'M[F]_(k, d) := p^T *m q.

Lemma mul_outer k d (p : 'rV[F]_k) (q : 'rV[F]_d) v : v *m (outer p q)^T = dot v q *: p.
Proof.
rewrite /outer trmx_mul trmxK mulmxA [X in X *m _]mx11_scalar mul_scalar_mx.
by rewrite /dot.
Qed.

(** |a p q^T| = a for unit vectors p, q and a >= 0. *)
Lemma outer_norm k d (p : 'rV[F]_k) (q : 'rV[F]_d) a : 0 <= a -> sqn p = 1 -> sqn q = 1 ->
  norm_is (a *: outer p q) a.
Proof.
move=> a0 p1 q1; have e v : sqn (v *m (a *: outer p q)^T) = a ^+ 2 * dot v q ^+ 2.
  by rewrite linearZ /= -scalemxAr mul_outer !sqnZ p1 mulr1.
apply: (norm_is_attained (v := q)).
- split=> // v; rewrite e; apply: ler_wpmul2l; first exact: sqr_ge0.
  by have := cauchy_schwarz v q; rewrite q1 mulr1.
- by rewrite -sqn_gt0 q1 ltr01.
by rewrite e -[dot q q]/(sqn q) q1 expr1n.
Qed.

(** Part [pullback], equality. It holds at J = L p q^T, J_phi - J = eps p q^T and
    H = M p p^T with unit vectors p and q, for all k and d. *)
Theorem part_pullback_attained k d (p : 'rV[F]_k) (q : 'rV[F]_d) (L M eps : F) :
  0 <= L -> 0 <= M -> 0 <= eps -> sqn p = 1 -> sqn q = 1 ->
  let J := L *: outer p q in let Jphi := J + eps *: outer p q in let H := M *: outer p p in
  [/\ norm_is (Jphi - J) eps, norm_is J L, norm_is H M &
      norm_is (Jphi^T *m H *m Jphi - J^T *m H *m J) (2%:R * L * M * eps + M * eps ^+ 2)].
Proof.
move=> L0 M0 e0 p1 q1 J Jphi H.
have nE : norm_is (Jphi - J) eps by rewrite /Jphi addrC addKr; apply: outer_norm.
have nJ : norm_is J L by apply: outer_norm.
have nH : norm_is H M by apply: outer_norm.
split=> //; apply: (norm_is_quad (v := q)).
- by apply: part_pullback; [case: nE | case: nJ | case: nH].
- by rewrite -sqn_gt0 q1 ltr01.
have Hp c : quad H (c *: p) = c ^+ 2 * M.
  rewrite quadZ /H quad_mxZ -(quad_tr _ p) quad_tr /quad formE /outer mulmxA.
  rewrite [X in dot (X *m _)]mx11_scalar mul_scalar_mx dotZl -[(p *m p^T) 0 0]/(sqn p).
  by rewrite -[dot p p]/(sqn p) p1 !mulr1.
have JphiE : Jphi = (L + eps) *: outer p q by rewrite /Jphi /J -scalerDl.
have e c : q *m (c *: outer p q)^T = c *: p.
  by rewrite linearZ /= -scalemxAr mul_outer -[dot q q]/(sqn q) q1 scale1r.
by rewrite quad_mxB !quad_pull JphiE !e !Hp q1; ring.
Qed.

End Pullback.

(** In one dimension, at z = 0: the conditions of both forms, each an equality. *)
Lemma attained_conditions (eps0 eps eps2 L K2 R0 M T : R) :
  0 <= eps0 -> 0 <= eps -> 0 <= eps2 -> 0 <= L -> 0 <= K2 -> 0 <= R0 -> 0 <= M ->
  let loss := loss1 (cubic 0 R0 M T) in let h := head1 (cubic 0 L K2 0) in
  let hphi := head1 (cubic eps0 (L + eps) (K2 + eps2) 0) in let z := point1 0 in
  [/\ [/\ forall u, C2 loss u, C2map h z & C2map hphi z],
      [/\ length_le (row_of (hphi z) - row_of (h z)) eps0,
          norm_le (mx (jac hphi z) - mx (jac h z)) eps &
          bilinear_le (fun a => second_derivative_of hphi z a - second_derivative_of h z a) eps2] &
      [/\ norm_le (mx (jac h z)) L, bilinear_le (second_derivative_of h z) K2,
          length_le (row_of (grad loss (h z))) R0 & norm_le (mx (hess loss (h z))) M]].
Proof.
move=> e00 e0 e20 L0 K0 R00 M0; rewrite /=; split.
- by split; [move=> u; apply: C2_loss | apply: C2map_head | apply: C2map_head].
- split.
  + rewrite (row11 (head_at0 _ _ _ _)) (row11 (head_at0 _ _ _ _)) scalar11B subr0.
    by apply: length_le11; rewrite ger0_norm.
  + rewrite !jac_at0 scalar11B addrC addKr.
    by apply: norm_le11; rewrite ger0_norm.
  apply: (@bilinear_le11 _ eps2); last by rewrite ger0_norm.
  by rewrite !second_at0 scalar11B addrC addKr.
split.
- by rewrite jac_at0; apply: norm_le11; rewrite ger0_norm.
- by apply: (@bilinear_le11 _ K2); rewrite ?second_at0 ?ger0_norm.
- rewrite grad_at head_at0 expr0n !mulr0 mul0r !addr0.
  by apply: length_le11; rewrite ger0_norm.
by rewrite hess_at head_at0 mulr0 addr0; apply: norm_le11; rewrite ger0_norm.
Qed.

(** Part [star], all terms are attained at once: for all constants eps0, eps, eps2, L, K2, R,
    M, T >= 0 there are a loss and two heads for which the bound is an equality. *)
Theorem part_star_attained (eps0 eps eps2 L K2 R0 M T : R) :
  0 <= eps0 -> 0 <= eps -> 0 <= eps2 -> 0 <= L -> 0 <= K2 -> 0 <= R0 -> 0 <= M -> 0 <= T ->
  exists (loss : vec 1 -> R) (h hphi : vec 1 -> vec 1) (z : vec 1),
  [/\ [/\ forall u, C2 loss u, C2map h z & C2map hphi z],
      [/\ length_le (row_of (hphi z) - row_of (h z)) eps0,
          norm_le (mx (jac hphi z) - mx (jac h z)) eps &
          bilinear_le (fun a => second_derivative_of hphi z a - second_derivative_of h z a) eps2],
      [/\ norm_le (mx (jac h z)) L, bilinear_le (second_derivative_of h z) K2,
          length_le (row_of (grad loss (h z))) R0, norm_le (mx (hess loss (h z))) M &
          lipschitz_hessian loss (h z) (hphi z) T] &
      norm_is (mx (effective loss hphi z) - mx (effective loss h z))
        (2%:R * L * M * eps + M * eps ^+ 2 + T * eps0 * (L + eps) ^+ 2 + R0 * eps2 +
         (M * eps0 + T * eps0 ^+ 2 / 2%:R) * (K2 + eps2))].
Proof.
move=> e00 e0 e20 L0 K0 R00 M0 T0.
exists (loss1 (cubic 0 R0 M T)), (head1 (cubic 0 L K2 0)),
  (head1 (cubic eps0 (L + eps) (K2 + eps2) 0)), (point1 0).
have [C2s near_h [nJ bK lR nH]] := attained_conditions T e00 e0 e20 L0 K0 R00 M0.
split=> //.
  split=> //; split=> // x y _ _; rewrite !hess_at scalar11B opprD addrACA subrr add0r -mulrBr.
  apply: norm_le11; rewrite normrM (ger0_norm T0); apply: ler_wpmul2l => //.
  rewrite /vectors.len dot_row RsqrtE ?sqn_ge0 // -[dot _ _]/(sqn _) sqn_11 sqrtr_sqr !mxE.
  by [].
rewrite !effective_at0 scalar11B; set D := _ - _; set B := (X in norm_is _ X).
have -> : D = B by rewrite /D /B !RplusE; change (IZR 0) with (0 : R);
  rewrite ?expr0n /= !(mulr0, mul0r, addr0); field.
apply: norm_is11; rewrite /B; nonneg.
Qed.

(** Part [star], the other form is attained for quadratic losses, where T = 0. *)
Theorem part_star_segment_attained (eps0 eps eps2 L K2 R0 M : R) :
  0 <= eps0 -> 0 <= eps -> 0 <= eps2 -> 0 <= L -> 0 <= K2 -> 0 <= R0 -> 0 <= M ->
  exists (loss : vec 1 -> R) (h hphi : vec 1 -> vec 1) (z : vec 1),
  [/\ [/\ forall u, C2 loss u, C2map h z & C2map hphi z],
      [/\ length_le (row_of (hphi z) - row_of (h z)) eps0,
          norm_le (mx (jac hphi z) - mx (jac h z)) eps &
          bilinear_le (fun a => second_derivative_of hphi z a - second_derivative_of h z a) eps2],
      [/\ norm_le (mx (jac h z)) L, bilinear_le (second_derivative_of h z) K2,
          length_le (row_of (grad loss (h z))) R0, forall u, mx (hess loss u) = M%:M &
          forall u, norm_le (mx (hess loss u)) M] &
      norm_is (mx (effective loss hphi z) - mx (effective loss h z))
        (2%:R * L * M * eps + M * eps ^+ 2 + R0 * eps2 + M * eps0 * (K2 + eps2))].
Proof.
move=> e00 e0 e20 L0 K0 R00 M0.
exists (loss1 (cubic 0 R0 M 0)), (head1 (cubic 0 L K2 0)),
  (head1 (cubic eps0 (L + eps) (K2 + eps2) 0)), (point1 0).
have [C2s near_h [nJ bK lR _]] := attained_conditions 0 e00 e0 e20 L0 K0 R00 M0.
split=> //.
  split=> // u; rewrite hess_at mul0r addr0 //.
  by apply: norm_le11; rewrite ger0_norm.
rewrite !effective_at0 scalar11B; set D := _ - _; set B := (X in norm_is _ X).
have -> : D = B by rewrite /D /B !RplusE; change (IZR 0) with (0 : R);
  rewrite ?expr0n /= !(mulr0, mul0r, addr0); field.
apply: norm_is11; rewrite /B; nonneg.
Qed.
