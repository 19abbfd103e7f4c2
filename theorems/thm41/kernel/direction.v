(** * A negative direction in the kernel, and affine heads *)
From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp Require Import ring zify.
From Geometry Require Import forms semidefinite norms subspaces differential expansions.
Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Import Order.TTheory GRing.Theory Num.Theory.
Local Open Scope ring_scope.

Section Direction.
Variable F : realFieldType.

(** lambda_min(A) < 0: some v has v^T A v < 0. *)
Definition unstable n (A : 'M[F]_n) : Prop := exists v : 'rV_n, quad A v < 0.

(** This says of the least eigenvalue, the attained minimum of v^T A v / |v|^2, that it is negative. *)
Lemma unstableP n (A : 'M[F]_n) l : lambda_min_is A l -> unstable A <-> l < 0.
Proof.
move=> [Al [v v0 vl]]; split=> [[w w0]|l0].
  have nw : w != 0 by apply: contraTneq w0 => ->; rewrite quad0 ltxx.
  by have := le_lt_trans (Al w) w0; rewrite pmulr_llt0 // sqn_gt0.
by exists v; rewrite vl pmulr_llt0 ?sqn_gt0.
Qed.

Lemma not_unstable n (A : 'M[F]_n) : sym A -> ~ unstable A -> psd A.
Proof. by move=> sA nA; split=> // v; rewrite leNgt; apply/negP => h; apply: nA; exists v. Qed.

(** A direction with v^T A v = 0 and A v != 0 has a negative one beside it. *)
Lemma isotropic_unstable n (A : 'M[F]_n) v : sym A -> quad A v = 0 -> v *m A != 0 -> unstable A.
Proof.
move=> sA v0 nv; set w := - (v *m A); have a0 : 0 < sqn (v *m A) by rewrite sqn_gt0.
have [b0|] := leP 0 (quad A w); last by exists w.
pose e := sqn (v *m A) / (quad A w + 1); have b1 : 0 < quad A w + 1 by rewrite ltr_paddl ?ltr01.
have e0 : 0 < e by rewrite divr_gt0.
exists (v + e *: w); rewrite quadD_sym // v0 add0r formZr quadZ /w formNr formE -/(sqn _) -/w.
have -> : 2%:R * (e * - sqn (v *m A)) + e ^+ 2 * quad A w = e * (e * quad A w - 2%:R * sqn (v *m A)) by ring.
rewrite pmulr_rlt0 // subr_lt0; apply: le_lt_trans (_ : sqn (v *m A) < _).
  by rewrite /e mulrAC ler_pdivr_mulr // ler_wpmul2l ?(ltW a0) // ler_addl ler01.
by rewrite ltr_pmull // ltr1n.
Qed.

Lemma kernel_quad d k (H : 'M[F]_k) (J : 'M[F]_(k, d)) (v : 'rV_d) :
  (v <= ker (H *m J))%MS -> quad (J^T *m H *m J) v = 0.
Proof.
move=> /kerP vK; rewrite quad_pull -quad_tr /quad /form -[v *m J^T *m H^T]mulmxA -trmx_mul vK.
by rewrite mul0mx mxE.
Qed.

(** If v in ker (hess L J) has v^T M v < 0, then lambda_min(H_eff) < 0, for H_eff = J^T hess L J + M. *)
Theorem part_direction d k (H : 'M[F]_k) (J : 'M[F]_(k, d)) (M : 'M[F]_d) :
  (exists2 v : 'rV_d, (v <= ker (H *m J))%MS & quad M v < 0) ->
  unstable (J^T *m H *m J + M).
Proof. by move=> [v vK vM]; exists v; rewrite quad_mxD kernel_quad ?add0r. Qed.

(** The same, read at the least eigenvalue. *)
Theorem reading_2_direction d k (H : 'M[F]_k) (J : 'M[F]_(k, d)) (M : 'M[F]_d) (lambda : F) :
  (exists2 v : 'rV_d, (v <= ker (H *m J))%MS & quad M v < 0) ->
  lambda_min_is (J^T *m H *m J + M) lambda -> lambda < 0.
Proof. by move=> /part_direction h /unstableP <-. Qed.

(** The hypothesis can be met: G = diag(1, 0) and M = diag(0, -1). *)
Lemma part_direction_met :
  let H := 1%:M : 'M[F]_1 in let J := delta_mx 0 0 : 'M[F]_(1, 2) in
  let M := - delta_mx 1 1 : 'M[F]_2 in
  sym M /\ exists2 v : 'rV_2, (v <= ker (H *m J))%MS & quad M v < 0.
Proof.
move=> H J M; split; first by apply: symN; rewrite /sym trmx_delta.
exists (delta_mx 0 1).
  by apply/kerP; rewrite /H /J mul1mx trmx_delta mul_delta_mx_0.
by rewrite quad_mxN /quad /form mul_delta_mx trmx_delta mul_delta_mx mxE oppr_lt0 ltr01.
Qed.

(** That v lies in the kernel is needed: J = H = 1 and M = -1/2 have v^T M v < 0 and H_eff = 1/2. *)
Lemma part_direction_needs_kernel :
  exists (H J M : 'M[F]_1), (exists v : 'rV_1, quad M v < 0) /\ pd (J^T *m H *m J + M).
Proof.
exists 1%:M, 1%:M, (- (2%:R^-1)%:M); split.
  exists 1%:M; rewrite quad_mxN quad_scalar oppr_lt0 mulr_gt0 ?invr_gt0 ?ltr0n // sqn_gt0.
  by rewrite oner_eq0.
rewrite trmx1 !mulmx1 -raddfB /=; have -> : 1 - 2%:R^-1 = 2%:R^-1 :> F by field.
split=> [|x x0]; first exact: sym_scalar.
by rewrite quad_scalar mulr_gt0 ?invr_gt0 ?ltr0n // sqn_gt0.
Qed.

(** For an affine head h(z) = W z + b every coordinate of h has Hessian 0, so M = 0 for every rho; L(h(z)) has the Hessian W^T (hess L) W; and if hess L >= 0 at h(z) then H_eff >= 0. *)
Theorem part_affine d k (W : 'M[F]_(k, d)) (b rho : 'rV_k) (z : 'rV_d) (L : 'rV[F]_k -> F) (H : 'M_k) :
  let h (x : 'rV_d) := x *m W^T + b in
  second_order L (h z) rho H ->
  [/\ forall i, second_order (fun x => h x 0 i) z (row i W) 0,
      second_order (fun x => L (h x)) z (rho *m W) (W^T *m H *m W) &
      psd H -> psd (W^T *m H *m W)].
Proof.
move=> h [sH HL].
have hD v : h (z + v) = h z + v *m W^T by rewrite /h mulmxDl addrAC.
split=> [i||pH]; last exact: psd_pull.
  split=> [|eps e0]; first exact: sym0.
  exists 1 => // v _; rewrite hD mxE /quad form_mx0 mul0r subr0 [X in `|X - _|]addrAC subrr add0r.
  rewrite (_ : (v *m W^T) 0 i = dot v (row i W)) ?subrr ?normr0; last first.
    by rewrite dotE mxE; apply: eq_bigr => j _; rewrite !mxE.
  by rewrite mulr_ge0 ?sqr_ge0 // ltW.
split=> [|eps e0]; first exact: sym_pull.
set w := norm1 W + 1; have w0 : 0 < w by rewrite ltr_paddl ?norm1_ge0 ?ltr01.
have [dl d0 Hd] := HL _ (divr_gt0 e0 (exprn_gt0 2 w0)).
exists (dl / w); first by rewrite divr_gt0.
move=> v; rewrite ltr_pdivl_mulr // => vd.
have vw : norm1 (v *m W^T) <= norm1 v * w.
  by apply: le_trans (norm1M _ _) _; rewrite norm1_tr ler_wpmul2l ?norm1_ge0 // ler_addl ler01.
have := Hd _ (le_lt_trans vw vd); rewrite -hD -quad_pull.
have -> : dot (v *m W^T) rho = dot v (rho *m W) by rewrite dot_mulr trmxK.
move=> h1; apply: le_trans h1 _.
have w2 : norm1 (v *m W^T) ^+ 2 <= (norm1 v * w) ^+ 2.
  by rewrite ler_expn2r ?nnegrE ?mulr_ge0 ?norm1_ge0 ?(ltW w0).
apply: le_trans (_ : eps / w ^+ 2 * (norm1 v * w) ^+ 2 <= _).
  by apply: ler_wpmul2l w2; rewrite divr_ge0 ?exprn_ge0 ?ltW.
by rewrite le_eqVlt; apply/orP; left; apply/eqP; field; apply: lt0r_neq0.
Qed.

(** With a linear head and hess L >= 0 at h(z), L(W z) has at z a Hessian H_eff >= 0 (in the sense of [second_order]). *)
Theorem reading_1_psd_premise d k (W : 'M[F]_(k, d)) (rho : 'rV_k) (z : 'rV_d) (L : 'rV[F]_k -> F) (H : 'M_k) :
  second_order L (z *m W^T) rho H -> psd H ->
  exists2 H_eff, second_order (fun x => L (x *m W^T)) z (rho *m W) H_eff & psd H_eff.
Proof.
move=> HL pH; rewrite -[z *m W^T]addr0 in HL.
have [_ [sy Hf] psdG] := part_affine HL; exists (W^T *m H *m W); last exact: psdG.
split=> // eps e0; have [dl d0 h] := Hf eps e0; exists dl => // v /h.
by rewrite !addr0.
Qed.

(** hess L >= 0 is needed: W = 1 and H = -1. *)
Lemma part_affine_needs_psd : exists (H W : 'M[F]_1), sym H /\ unstable (W^T *m H *m W).
Proof.
exists (- 1%:M), 1%:M; split; first exact/symN/sym1.
exists 1%:M; rewrite trmx1 mulmx1 mul1mx quad_mxN quad1 oppr_lt0 sqn_gt0.
by rewrite oner_eq0.
Qed.

End Direction.
