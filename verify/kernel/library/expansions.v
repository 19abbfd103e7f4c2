(** * Gradients, and expansions of second order *)
From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp Require Import ring.
From Geometry Require Import forms semidefinite subspaces differential.
Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Import Order.TTheory GRing.Theory Num.Theory.
Local Open Scope ring_scope.

Section Expansions.
Variable F : realFieldType.

(** The row [a] is the gradient of the function [g] at [t]. *)
Definition gradient d (g : 'rV[F]_d -> F) (t a : 'rV[F]_d) : Prop :=
  differential (fun s => (g s)%:M : 'rV_1) t a.

(** Taylor's expansion of second order of [f] at [z], with the gradient [g] and the Hessian [H]: |f(z + v) - f(z) - g v - v^T H v / 2| <= eps |v|^2 for all small v. A C^2 function has it. *)
Definition second_order d (f : 'rV[F]_d -> F) (z g : 'rV[F]_d) (H : 'M[F]_d) : Prop :=
  sym H /\ forall eps, 0 < eps -> exists2 delta, 0 < delta &
    forall v, norm1 v < delta ->
      `|f (z + v) - f z - dot v g - quad H v / 2%:R| <= eps * norm1 v ^+ 2.

Lemma gradient_unique d (g : 'rV[F]_d -> F) t a b : gradient g t a -> gradient g t b -> a = b.
Proof. exact: differential_unique. Qed.

Lemma gradient_sum d (I : Type) (r : seq I) (P : pred I) (g : I -> 'rV[F]_d -> F) t a :
  (forall i, gradient (g i) t (a i)) ->
  gradient (fun s => \sum_(i <- r | P i) g i s) t (\sum_(i <- r | P i) a i).
Proof.
move=> Dg; elim: r => [|i r IH] eps e0.
  have [dl d0 H] := differential_constant (0 : 'rV[F]_1) t e0.
  by exists dl => // v /H; rewrite !big_nil -scalemx1 scale0r.
case Pi: (P i); have [dl d0 H] := differential_add (Dg i) IH e0; last first.
  have [dl' d0' H'] := IH eps e0.
  by exists dl' => // v /H'; rewrite !big_cons Pi.
by exists dl => // v /H; rewrite !big_cons Pi -!raddfD.
Qed.

Lemma gradient_affine d (c : F) (b t : 'rV[F]_d) : gradient (fun s => c + (s *m b^T) 0 0) t b.
Proof.
move=> eps e0; have [dl d0 H] := differential_affine b (c%:M : 'rV[F]_1) t e0.
exists dl => // v /H; rewrite ![_ + c%:M]addrC.
have e (s : 'rV[F]_d) : (c + (s *m b^T) 0 0)%:M = c%:M + s *m b^T.
  by rewrite raddfD /= -mx11_scalar.
by rewrite !e.
Qed.

Lemma dot_norm1 d (v w : 'rV[F]_d) : `|dot v w| <= norm1 v * norm1 w.
Proof.
by rewrite -norm1_scalar /dot -mx11_scalar -[norm1 w]norm1_tr; apply: norm1M.
Qed.

Lemma quad_norm1 d (A : 'M[F]_d) (v : 'rV[F]_d) : `|quad A v| <= norm1 A * norm1 v ^+ 2.
Proof.
rewrite /quad formE; apply: le_trans (dot_norm1 _ _) _; rewrite expr2 mulrA.
by apply: ler_wpmul2r; rewrite ?norm1_ge0 // mulrC norm1M.
Qed.

Lemma second_order_gradient d (f : 'rV[F]_d -> F) z g H : second_order f z g H -> gradient f z g.
Proof.
case=> _ Hf; have [d1 d10 H1] := Hf 1 ltr01.
apply: (@differential_quadratic _ _ _ _ _ _ (1 + norm1 H) d1) => // v vd.
have -> : (f (z + v))%:M - (f z)%:M - v *m g^T = (f (z + v) - f z - dot v g)%:M :> 'rV_1.
  by rewrite !raddfB /= /dot -mx11_scalar.
rewrite norm1_scalar -[f _ - _ - _](subrK (quad H v / 2%:R)).
apply: le_trans (ler_norm_add _ _) _; rewrite mulrDl; apply: ler_add; first exact: H1.
rewrite normrM; apply: le_trans (ler_pmul _ _ (quad_norm1 _ _) (_ : _ <= 1)) _; rewrite ?mulr1 //.
by rewrite normfV ger0_norm ?ler0n // invf_le1 ?ltr0n // ler1n.
Qed.

(** Along a curve z + s v + o(s) on which [f] is constant, a critical [z] has v^T H v = 0. *)
Lemma second_order_constant d (f : 'rV[F]_d -> F) z H (c : F -> 'rV[F]_d) v :
  second_order f z 0 H -> c 0 = z ->
  (forall eps, 0 < eps -> exists2 delta, 0 < delta &
    forall s, 0 < s -> s < delta -> f (c s) = f z /\ norm1 (c s - z - s *: v) <= eps * s) ->
  quad H v = 0.
Proof.
case=> sH Hf c0 Hc; apply/eqP; apply: contraT; rewrite -normr_gt0; set q := `|_| => q0.
set a := norm1 v + 1; set b := norm1 H * (2%:R * norm1 v + 1) + 1.
have a0 : 0 < a by rewrite ltr_paddl ?norm1_ge0 ?ltr01.
have b0 : 0 < b.
  by rewrite ltr_paddl ?ltr01 // mulr_ge0 ?addr_ge0 ?mulr_ge0 ?norm1_ge0 ?ler0n ?ler01.
have e10 : 0 < q / (8%:R * a ^+ 2) by rewrite divr_gt0 ?mulr_gt0 ?ltr0n ?exprn_gt0.
pose e2 := Num.min 1 (q / (4%:R * b)).
have e20 : 0 < e2 by rewrite lt_minr ltr01 divr_gt0 ?mulr_gt0 ?ltr0n.
have e21 : e2 <= 1 by rewrite le_minl lexx.
have e2b : e2 * b <= q / 4%:R.
  apply: le_trans (_ : q / (4%:R * b) * b <= _).
    by apply: ler_wpmul2r; rewrite ?(ltW b0) // le_minl lexx orbT.
  by rewrite le_eqVlt; apply/orP; left; apply/eqP; field; apply: lt0r_neq0.
have [d1 d10 H1] := Hf _ e10; have [d2 d20 H2] := Hc _ e20.
pose s := Num.min (d1 / a) d2 / 2%:R.
have m0 : 0 < Num.min (d1 / a) d2 by rewrite lt_minr d20 divr_gt0.
have s0 : 0 < s by rewrite divr_gt0 ?ltr0n.
have sm : s < Num.min (d1 / a) d2 by rewrite ltr_pdivr_mulr ?ltr0n // ltr_pmulr // ltr1n.
move: sm; rewrite lt_minr => /andP[s1 s2]; have [fs rs] := H2 s s0 s2.
pose r := s^-1 *: (c s - z - s *: v).
have r2 : norm1 r <= e2.
  by rewrite norm1Z gtr0_norm ?invr_gt0 // mulrC ler_pdivr_mulr.
have cs : c s = z + s *: (v + r).
  rewrite scalerDr /r scalerA mulfV ?lt0r_neq0 // scale1r.
  by rewrite addrC [s *: v + _]addrC !subrK.
have ua : norm1 (v + r) <= a by apply: le_trans (norm1D _ _) _; rewrite ler_add2l (le_trans r2).
have u1 : norm1 (s *: (v + r)) < d1.
  rewrite norm1Z gtr0_norm //; apply: le_lt_trans (_ : s * a < _); last by rewrite -ltr_pdivl_mulr.
  by apply: ler_wpmul2l ua; apply: ltW.
have := H1 _ u1; rewrite -cs fs subrr sub0r dot0r oppr0 add0r normrN quadZ norm1Z gtr0_norm //.
have -> : `|s ^+ 2 * quad H (v + r) / 2%:R| = s ^+ 2 * (`|quad H (v + r)| / 2%:R).
  by rewrite normrM normfV (ger0_norm (ler0n _ 2)) [`|s ^+ 2 * _|]normrM ger0_norm ?sqr_ge0 // mulrA.
have -> : q / (8%:R * a ^+ 2) * (s * norm1 (v + r)) ^+ 2
          = s ^+ 2 * (q / (8%:R * a ^+ 2) * norm1 (v + r) ^+ 2) by rewrite exprMn mulrCA.
rewrite ler_pmul2l ?exprn_gt0 // ler_pdivr_mulr ?ltr0n // => Hu.
have Hu' : `|quad H (v + r)| <= q / 4%:R.
  apply: le_trans Hu _.
  have aa : norm1 (v + r) ^+ 2 <= a ^+ 2 by rewrite ler_expn2r ?nnegrE ?norm1_ge0 ?(ltW a0).
  apply: le_trans (_ : q / (8%:R * a ^+ 2) * a ^+ 2 * 2%:R <= _).
    by apply: ler_wpmul2r; rewrite ?ler0n //; apply: ler_wpmul2l aa; apply: ltW.
  by rewrite le_eqVlt; apply/orP; left; apply/eqP; field; apply: lt0r_neq0.
have : q <= q / 4%:R + q / 4%:R.
  rewrite {1}/q; have -> : quad H v = quad H (v + r) - (2%:R * form H v r + quad H r) by rewrite quadD_sym //; ring.
  apply: le_trans (ler_norm_sub _ _) (ler_add Hu' _).
  apply: le_trans e2b; apply: le_trans (ler_norm_add _ _) _.
  have hr : `|quad H r| <= norm1 H * e2.
    apply: le_trans (quad_norm1 _ _) _; apply: ler_wpmul2l; rewrite ?norm1_ge0 // expr2.
    by apply: le_trans (_ : norm1 r <= _) => //; apply: ler_pimulr; rewrite ?norm1_ge0 ?(le_trans r2).
  have hv : `|2%:R * form H v r| <= 2%:R * (norm1 v * norm1 H * e2).
    rewrite normrM ger0_norm ?ler0n //; apply: ler_wpmul2l; rewrite ?ler0n // formE.
    apply: le_trans (dot_norm1 _ _) _; apply: ler_pmul; rewrite ?norm1_ge0 ?norm1M //.
  apply: le_trans (ler_add hv hr) _; rewrite /b.
  have -> : 2%:R * (norm1 v * norm1 H * e2) + norm1 H * e2 = e2 * (norm1 H * (2%:R * norm1 v + 1)) by ring.
  by apply: ler_wpmul2l; rewrite ?(ltW e20) // ler_addl ler01.
have -> : q / 4%:R + q / 4%:R = q / 2%:R by field.
by rewrite ler_pdivl_mulr ?ltr0n // ger_pmulr // (ler_nat _ 2 1).
Qed.

End Expansions.
