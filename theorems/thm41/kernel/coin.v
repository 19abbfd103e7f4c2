(** * Instability is at least a coin toss, for every law that is symmetric under the sign of W_N *)
From Coq Require Import Reals Lra.
From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp.analysis Require Import Rstruct.
From mathcomp.algebra_tactics Require Import ring.
From Coquelicot Require Import Coquelicot.
From Geometry Require Import forms semidefinite subspaces matrices laws activations.
From Geometry Require Import jets pullback smooth quadratic_losses.
From Geometry.thm41 Require Import heads direction symmetry real_heads hessian_parts hessian_met softplus.
Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Import Order.TTheory GRing.Theory Num.Theory.
Local Open Scope ring_scope.

(** M is not zero, as a form, on K = ker (hess L J). *)
Definition acts_on_kernel k d (L : vec k -> R) (h : vec d -> vec k) (z : vec d) : Prop :=
  exists2 v : 'rV_d, (v <= kernel_of L h z)%MS & quad (interaction_of L h z) v != 0.

(** M is zero on K as a form, and M K is not {0}. *)
Definition bends_kernel k d (L : vec k -> R) (h : vec d -> vec k) (z : vec d) : Prop :=
  (forall v : 'rV_d, (v <= kernel_of L h z)%MS -> quad (interaction_of L h z) v = 0) /\
  exists2 v : 'rV_d, (v <= kernel_of L h z)%MS & v *m interaction_of L h z != 0.

(** W_N -> - W_N, with b_N readjusted to keep h(z), as a map [sigma] of the random heads [N w] with the points [z w]. *)
Definition flips (s : R -> R) W k d (N : W -> real_layers k d) (z : W -> vec d) (sigma : W -> W) : Prop :=
  forall w, N (sigma w) = flip s (N w) (row_of (z w)) /\ z (sigma w) = z w.

Section Coin.
Variables (s : R -> R) (W : Type) (P : law R_realFieldType W) (k d : nat).
Variables (N : W -> real_layers k d) (z : W -> vec d) (L : vec k -> R) (sigma : W -> W).
Variables (unstable_set acts bends : pred W).
Let h w := real_head s (N w).

(** A law [P] of random heads [N w] and points [z w] that does not change under W_N -> - W_N (with b_N readjusted to keep h(z)) has P(lambda_min(H_eff) < 0) >= P(M|_K != 0) / 2 + P(M|_K = 0, M K != {0}). The sets [unstable_set], [acts] and [bends] of [w] are those of the three events; all weights and the point may be random. *)
Theorem part_symmetry_probability :
  C2fun s -> (forall w, C2 L (h w (z w))) -> flips s N z sigma -> invariant P sigma ->
  (forall w, unstable_set w <-> unstable (hessian L (h w) (z w))) ->
  (forall w, acts w <-> acts_on_kernel L (h w) (z w)) -> (forall w, bends w <-> bends_kernel L (h w) (z w)) ->
  event P unstable_set -> event P acts -> event P bends ->
  prob P acts / 2%:R + prob P bends <= prob P unstable_set.
Proof.
move=> sC LC fl inv HU HA HB eU eA eB.
have HUs w : unstable_set (sigma w) <-> unstable (hessian L (real_head s (flip s (N w) (row_of (z w)))) (z w)).
  by have [e1 e2] := fl w; have := HU (sigma w); rewrite /h e1 e2.
have key w : (acts w)%:R + (bends w)%:R *+ 2 <= (unstable_set w)%:R + (unstable_set (sigma w))%:R :> R.
  have [pA pB] := part_symmetry_pair_hessian sC (LC w).
  have ge0 (b : bool) : 0 <= b%:R :> R by rewrite ler0n.
  case hB: (bends w).
    have [z0 nz] := proj1 (HB w) hB.
    have -> : acts w = false by apply/negP => /HA [v vK]; rewrite z0 // eqxx.
    by have [/(proj2 (HU w)) -> /(proj2 (HUs w)) ->] := pB z0 nz; rewrite add0r mulr2n.
  rewrite mul0rn addr0; case hA: (acts w); last by rewrite addr_ge0 ?ge0.
  case: (pA (proj1 (HA w) hA)) => [/(proj2 (HU w)) ->|/(proj2 (HUs w)) ->].
    by rewrite ler_addl ge0.
  by rewrite ler_addr ge0.
have [eUs mUs] := inv _ eU; have i0 := integrable0 P.
have iB : integrable P (fun w => 2%:R * (bends w)%:R + (acts w)%:R) by exact: integrable_linear.
have iU : integrable P (fun w => 1 * (unstable_set w)%:R + (unstable_set (sigma w))%:R) by exact: integrable_linear.
have := mean_le iB iU; rewrite (mean_linear _ eB eA) (mean_linear _ eU eUs) mUs -!/(prob P _) => bound.
have {}bound : 2%:R * prob P bends + prob P acts <= prob P unstable_set + prob P unstable_set.
  rewrite -[X in _ <= X + _]mul1r; apply: bound => w; rewrite mul1r addrC mulr_natl; exact: key.
rewrite -(ler_pmul2r (ltr0n R_realFieldType 2)) mulrDl mulfVK ?pnatr_eq0 // addrC [prob P bends * _]mulrC.
by rewrite mulr_natr mulr2n.
Qed.

(** So it is at least one half if M K != {0} almost surely: at every [w] outside an event [bad] of probability 0. *)
Theorem part_symmetry_half (bad : pred W) :
  C2fun s -> (forall w, C2 L (h w (z w))) -> flips s N z sigma -> invariant P sigma ->
  (forall w, unstable_set w <-> unstable (hessian L (h w) (z w))) ->
  (forall w, acts w <-> acts_on_kernel L (h w) (z w)) -> (forall w, bends w <-> bends_kernel L (h w) (z w)) ->
  event P unstable_set -> event P acts -> event P bends -> event P bad -> prob P bad = 0 ->
  (forall w, ~~ bad w -> exists2 v : 'rV_d, (v <= kernel_of L (h w) (z w))%MS & v *m interaction_of L (h w) (z w) != 0) ->
  2%:R^-1 <= prob P unstable_set.
Proof.
move=> sC LC fl inv HU HA HB eU eA eB ebad bad0 MK.
apply: le_trans (part_symmetry_probability sC LC fl inv HU HA HB eU eA eB).
have cover w : ~~ bad w -> acts w || bends w.
  move=> nb; case: (boolP (acts w)) => //= nA; apply/HB; split; last exact: MK.
  move=> v vK; apply/eqP; apply: contraNT nA => nv; apply/HA; by exists v.
have i0 := integrable0 P.
have i1 : integrable P (fun w => 1 * (bends w)%:R + (bad w)%:R) by exact: integrable_linear.
have i2 : integrable P (fun w => 1 * (acts w)%:R + (1 * (bends w)%:R + (bad w)%:R)) by exact: integrable_linear.
have := mean_le (integrable1 P) i2; rewrite mean1 (mean_linear _ eA i1) (mean_linear _ eB ebad).
rewrite -!/(prob P _) bad0 addr0 !mul1r => bound.
have {}bound : 1 <= prob P acts + prob P bends.
  apply: bound => w; rewrite !mul1r; case: (boolP (bad w)) => [_|/cover].
    by rewrite /= addrA ler_addr addr_ge0 ?ler0n.
  have ge0 (b : bool) : 0 <= b%:R :> R by rewrite ler0n.
  by case/orP => -> /=; rewrite ?ler_addl ?addr_ge0 // addrCA ler_addl addr_ge0.
have b0 : 0 <= prob P bends.
  rewrite -[0](mean0 P); apply: mean_le => // w; exact: ler0n.
rewrite -[X in X <= _]mul1r; apply: le_trans (ler_wpmul2r _ bound) _; first by rewrite invr_ge0 ler0n.
by rewrite mulrDl ler_add2l ler_pdivr_mulr ?ltr0n // ler_pemulr // ler1n.
Qed.

End Coin.

Lemma fair_sign d (A : bool -> 'M[R]_d) (unstable_set : pred bool) : psd (A false) -> unstable (A true) ->
  (forall sign, unstable_set sign <-> unstable (A sign)) -> prob (fair R_realFieldType) unstable_set = 2%:R^-1.
Proof.
move=> [_ p] u HU; rewrite prob_fair; have -> : unstable_set true = true by apply/HU.
have -> : unstable_set false = false by apply/negP => /HU [v]; rewrite ltNge p.
by rewrite /= addr0 mul1r.
Qed.

(** Sign-coherent heads: two layers, s'' > 0, every entry of W_2 and of rho positive, hess L >= 0. There H_eff >= 0; and if W_1 does not vanish on K, then lambda_min(H_eff) < 0 for - W_2 (with b_2 readjusted to keep h(z)), so that a fair sign makes lambda_min(H_eff) < 0 with the probability 1/2. *)
Theorem part_symmetry_coherent (s : R -> R) d m k (W1 : 'M[R]_(m, d)) (b1 : 'rV_m) (W2 : 'M[R]_(k.+1, m)) (b2 : 'rV_k.+1)
    (L : vec k.+1 -> R) (z : vec d) :
  let N := Layer W1 b1 (Last W2 b2) in
  let h := real_head s N in let h' := real_head s (flip s N (row_of z)) in
  C2fun s -> C2 L (h z) -> psd (loss_hessian L (h z)) ->
  (forall a, 0 < Derive (Derive s) a) -> (forall i, 0 < loss_gradient L (h z) 0 i) -> (forall i j, 0 < W2 i j) ->
  psd (hessian L h z) /\
  ((exists2 v : 'rV_d, (v <= kernel_of L h z)%MS & v *m W1^T != 0) -> unstable (hessian L h' z) /\
   forall unstable_set : pred bool,
     (forall sign, unstable_set sign <-> unstable (hessian L (if sign then h' else h) z)) ->
     prob (fair R_realFieldType) unstable_set = 2%:R^-1).
Proof.
move=> N h h' sC LC pH s2 r0 W0.
suff [st un] : psd (hessian L h z) /\
    ((exists2 v : 'rV_d, (v <= kernel_of L h z)%MS & v *m W1^T != 0) -> unstable (hessian L h' z)).
  split=> // vK; have u := un vK; split=> // U HU.
  exact: (@fair_sign _ (fun sign => hessian L (if sign then h' else h) z)).
have [hz pl ke _ it] := part_symmetry_hessian sC N L z; rewrite -/h -/h' in hz pl ke it.
have hC n (N0 : real_layers n d) : C2map (real_head s N0) z by exact: real_head_C2.
have ME v : quad (interaction_of L h z) v =
    \sum_j (loss_gradient L (h z) *m W2) 0 j * Derive (Derive s) (affine W1 b1 (row_of z) 0 j) * (v *m W1^T) 0 j ^+ 2.
  rewrite interaction_real // -/h.
  have -> : interaction s (Derive s) (Derive (Derive s)) N (loss_gradient L (h z)) (row_of z)
     = effective s (Derive s) (Derive (Derive s)) N 0 (loss_gradient L (h z)) (row_of z).
    by rewrite /effective /pullback mulmx0 mul0mx add0r.
  by rewrite threshold.quad_two /quad form_mx0 add0r.
have dpos j : 0 < (loss_gradient L (h z) *m W2) 0 j.
  rewrite mxE (bigD1 ord0) //= ltr_paddr ?mulr_gt0 // sumr_ge0 // => i _.
  by rewrite ltW // mulr_gt0.
have M0 v : 0 <= quad (interaction_of L h z) v.
  by rewrite ME sumr_ge0 // => j _; rewrite mulr_ge0 ?sqr_ge0 // ltW // mulr_gt0.
have LC' : C2 L (h' z) by rewrite hz.
split.
  have sH : sym (hessian L h z) by apply: sym_hessian LC; exact: hC.
  split=> // v; rewrite hessian_split; [|exact: hC|exact: LC].
  by rewrite quad_mxD addr_ge0 // pullbackE quad_pull; case: pH => _ ->.
case=> v vK v0; apply: part_direction_hessian => //; first exact: hC.
exists v; first by rewrite ke.
rewrite it quad_mxN oppr_lt0 ME lt_neqAle eq_sym sumr_ge0 ?andbT => [|j _]; last first.
  by rewrite mulr_ge0 ?sqr_ge0 // ltW // mulr_gt0.
apply: contraNneq v0 => /psumr_eq0P e; apply/eqP/rowP => j; rewrite [RHS]mxE.
have /eqP := e (fun j _ => mulr_ge0 (ltW (mulr_gt0 (dpos j) (s2 _))) (sqr_ge0 _)) j isT.
by rewrite mulf_eq0 gt_eqF ?mulr_gt0 //= sqrf_eq0 => /eqP.
Qed.

(** One half is attained for every dim K = n > 0: softplus, d = n + 1, W_1 = I, W_2 = (1 .. 1), L(u) = u + u^2 / 2 at h(z) = 0. One of the two signs of W_2 is stable and the other one is not, so that a fair sign makes lambda_min(H_eff) < 0 with the probability 1/2. *)
Theorem part_symmetry_one_half (n : nat) : (0 < n)%N ->
  exists N : real_layers 1 n.+1,
  let z : vec n.+1 := vectors.zerov in let L := line_loss 1 1 in
  let h (sign : bool) := real_head softplus (if sign then flip softplus N (row_of z) else N) in
  [/\ C2 L (h false z), loss_gradient L (h false z) = 1%:M, \rank (kernel_of L (h false) z) = n &
      forall unstable_set : pred bool, (forall sign, unstable_set sign <-> unstable (hessian L (h sign) z)) ->
      prob (fair R_realFieldType) unstable_set = 2%:R^-1].
Proof.
move=> n0; pose s := softplus; have sC : C2fun s by apply: smooth_C2fun; apply: named_smooth; left.
pose W1 := 1%:M : 'M[R]_n.+1; pose W2 := const_mx 1 : 'M[R]_(1, n.+1).
pose b2 := - (map_mx s (affine W1 0 (0 : 'rV[R]_n.+1)) *m W2^T).
pose N := Layer W1 0 (Last W2 b2); exists N => z L h.
have z0 : row_of z = 0 by apply/rowP => i; rewrite !mxE.
have h0 : row_of (h false z) = 0 by rewrite /h row_head z0; apply: subrr.
have LC u : C2 L u by exact: line_loss_C2.
have rE : loss_gradient L (h false z) = 1%:M by rewrite line_loss_row h0 mul0mx add0r.
have HE : loss_hessian L (h false z) = 1%:M by exact: line_loss_mx.
have rK : \rank (kernel_of L (h false) z) = n.
  have JE : jacobian_of (h false) z = const_mx (Derive s 0).
    rewrite /jacobian_of /h jacobian_real // z0 /= mulmx1; apply/matrixP => i j.
    by rewrite mul_mx_diag /affine mul0mx addr0 !mxE mul1r.
  have := rank_ker (loss_hessian L (h false z) *m jacobian_of (h false) z).
  rewrite HE mul1mx -/(kernel_of L (h false) z) -[X in ker X]mul1mx -HE -/(kernel_of L (h false) z) JE rank_rV.
  have -> : (const_mx (Derive s 0) != 0 :> 'M[R]_(1, n.+1)) = true.
    apply/eqP => /matrixP/(_ 0 0); rewrite !mxE; exact: softplus_rises.
  by case.
have [st un] : psd (hessian L (h false) z) /\ unstable (hessian L (h true) z).
  have [||i|i j|A B] := @part_symmetry_coherent s _ _ _ W1 0 W2 b2 L z sC (LC _).
  - by rewrite -/N -/(h false) HE; exact: psd1.
  - by move=> a; apply/RltP; exact: softplus_bends.
  - by rewrite -/N -/(h false) rE mxE [i]ord1 eqxx ltr01.
  - by rewrite mxE ltr01.
  split=> //; suff v0 : exists2 v : 'rV_n.+1, (v <= kernel_of L (h false) z)%MS & v *m W1^T != 0.
    by have [] := B v0.
  have [v vK v0] : exists2 v : 'rV_n.+1, (v <= kernel_of L (h false) z)%MS & v != 0.
    have : kernel_of L (h false) z != 0 by rewrite -mxrank_eq0 rK -lt0n.
    by move=> /rowV0Pn[v vK v0]; exists v.
  by exists v => //; rewrite trmx1 mulmx1.
split=> // U HU; exact: (@fair_sign _ (fun sign => hessian L (h sign) z)).
Qed.
