(** * Instability is at least a coin toss, for a finite symmetric law of W_N *)
From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp Require Import ring zify.
From Geometry Require Import forms semidefinite inertia subspaces.
From Geometry.thm41 Require Import heads direction symmetry.
Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Import Order.TTheory GRing.Theory Num.Theory.
Local Open Scope ring_scope.

Section Coin.
Variable F : realFieldType.
Variables s s' s'' : F -> F.
Variables (d k : nat) (z : 'rV[F]_d) (H : 'M[F]_k) (rho : 'rV[F]_k).

(** M is not zero, as a form, on K = ker (hess L J). *)
Definition acts_on_kernel (N : layers F k d) : Prop :=
  exists2 v : 'rV_d, (v <= ker (H *m jacobian s s' N z))%MS & quad (interaction s s' s'' N rho z) v != 0.

(** M is zero on K as a form, and M K is not {0}. *)
Definition bends_kernel (N : layers F k d) : Prop :=
  (forall v : 'rV_d, (v <= ker (H *m jacobian s s' N z))%MS -> quad (interaction s s' s'' N rho z) v = 0) /\
  exists2 v : 'rV_d, (v <= ker (H *m jacobian s s' N z))%MS & v *m interaction s s' s'' N rho z != 0.

(** If a finite law [p] of heads [N w] is symmetric under W_N -> - W_N (with b_N readjusted to keep h(z), so that rho and hess L stay what they are), then P(lambda_min(H_eff) < 0) >= P(M|_K != 0) / 2 + P(M|_K = 0, M K != {0}). The sets [unstable_set], [acts] and [bends] of [w] are those of the three events. *)
Theorem part_symmetry_probability (W : finType) (p : W -> F) (N : W -> layers F k d) (sigma : W -> W)
    (unstable_set acts bends : pred W) :
  sym H -> involutive sigma ->
  (forall w, 0 <= p w) -> \sum_w p w = 1 ->
  (forall w, p (sigma w) = p w /\ N (sigma w) = flip s (N w) z) ->
  (forall w, unstable_set w <-> unstable (effective s s' s'' (N w) H rho z)) ->
  (forall w, acts w <-> acts_on_kernel (N w)) -> (forall w, bends w <-> bends_kernel (N w)) ->
  (\sum_(w | acts w) p w) / 2%:R + \sum_(w | bends w) p w <= \sum_(w | unstable_set w) p w.
Proof.
move=> sH inv p0 _ sym_p HU HA HB.
pose U w : F := (unstable_set w)%:R; pose A w : F := (acts w)%:R; pose B w : F := (bends w)%:R.
have sumE (b : pred W) : \sum_(w | b w) p w = \sum_w p w * (b w)%:R.
  by rewrite big_mkcond; apply: eq_bigr => w _; case: (b w); rewrite ?mulr1 ?mulr0.
have flipU : \sum_w p w * U w = \sum_w p w * U (sigma w).
  rewrite (reindex_inj (inv_inj inv)) /=; apply: eq_bigr => w _; by have [-> _] := sym_p w.
have key w : A w + B w *+ 2 <= U w + U (sigma w).
  have [pA pB] := part_symmetry_pair s s' s'' (N w) z rho sH.
  have HUs : unstable_set (sigma w) <-> unstable (effective s s' s'' (flip s (N w) z) H rho z).
    by have [_ e] := sym_p w; rewrite -e; apply: HU.
  have ge0 (b : bool) : 0 <= b%:R :> F by rewrite ler0n.
  rewrite /A /B /U; case hB: (bends w).
    have [z0 nz] := proj1 (HB w) hB.
    have -> : acts w = false by apply/negP => /HA [v vK]; rewrite z0 // eqxx.
    by have [/(proj2 (HU w)) -> /(proj2 HUs) ->] := pB z0 nz; rewrite add0r mulr2n.
  rewrite mul0rn addr0; case hA: (acts w); last by rewrite addr_ge0 ?ge0.
  case: (pA (proj1 (HA w) hA)) => [/(proj2 (HU w)) ->|/(proj2 HUs) ->].
    by rewrite ler_addl ge0.
  by rewrite ler_addr ge0.
rewrite !sumE -/(U _); rewrite -(ler_pmul2r (ltr0n F 2)) mulrDl mulfVK ?pnatr_eq0 //.
have -> : (\sum_w p w * (unstable_set w)%:R) * 2%:R = \sum_w p w * (U w + U (sigma w)).
  by rewrite mulr_natr mulr2n {2}flipU -big_split /=; apply: eq_bigr => w _; rewrite mulrDr.
rewrite mulr_natr -sumrMnl -big_split /=; apply: ler_sum => w _.
by rewrite -mulrnAr -mulrDr; apply: ler_wpmul2l; rewrite ?p0 // key.
Qed.

(** So it is at least one half if M K != {0} for every w. *)
Theorem part_symmetry_half (W : finType) (p : W -> F) (N : W -> layers F k d) (sigma : W -> W)
    (unstable_set acts bends : pred W) :
  sym H -> involutive sigma ->
  (forall w, 0 <= p w) -> \sum_w p w = 1 ->
  (forall w, p (sigma w) = p w /\ N (sigma w) = flip s (N w) z) ->
  (forall w, unstable_set w <-> unstable (effective s s' s'' (N w) H rho z)) ->
  (forall w, acts w <-> acts_on_kernel (N w)) -> (forall w, bends w <-> bends_kernel (N w)) ->
  (forall w, exists2 v : 'rV_d, (v <= ker (H *m jacobian s s' (N w) z))%MS & v *m interaction s s' s'' (N w) rho z != 0) ->
  2%:R^-1 <= \sum_(w | unstable_set w) p w.
Proof.
move=> sH inv p0 p1 sym_p HU HA HB MK.
apply: le_trans (part_symmetry_probability sH inv p0 p1 sym_p HU HA HB).
have ab w : ~~ acts w -> bends w.
  move=> nA; apply/HB; split; last exact: MK.
  move=> v vK; apply/eqP; apply: contraNT nA => nv; apply/HA; by exists v.
rewrite -[X in X <= _]mul1r -{1}p1 (bigID acts) mulrDl /= ler_add2l.
apply: le_trans (_ : \sum_(w | ~~ acts w) p w <= _).
  by rewrite ler_pdivr_mulr ?ltr0n //; apply: ler_pemulr; rewrite ?sumr_ge0 ?ler1n.
rewrite big_mkcond [X in _ <= X]big_mkcond; apply: ler_sum => w _.
by case: ifP => [/ab ->|_] //; case: ifP.
Qed.

End Coin.

Section Met.
Variable F : realFieldType.

(** A fair sign of W_2 in a head of one unit with s(a) = a^2 / 2, rho = 1 and hess L = 0: M = 1 or -1, and exactly one of the two is unstable. *)
Lemma part_symmetry_probability_met :
  let s (a : F) := a ^+ 2 / 2%:R in let one := 1%:M : 'M[F]_1 in
  let N (w : bool) := Layer one 0 (Last (if w then one else - one) 0) in
  [/\ forall w, N (~~ w) = flip s (N w) 0,
      forall w, acts_on_kernel s id (fun=> 1) 0 0 one (N w),
      unstable (effective s id (fun=> 1) (N false) 0 one 0) &
      ~ unstable (effective s id (fun=> 1) (N true) 0 one 0)].
Proof.
move=> s one N.
have q w v : quad (interaction s id (fun=> 1) (N w) one 0) v = (if w then 1 else -1) * sqn v.
  have st : stack s id (N w) 0 = col_mx one 0 by rewrite /= !mul0mx.
  rewrite /interaction quad_pull st tr_col_mx trmx0 trmx1 mul_mx_row mulmx1 mulmx0 /gains quad_diag.
  rewrite big_split_ord /= [X in _ + X]big_ord0 addr0 big_ord1 row_mxEl mxE !row_mxEl sqnE big_ord1.
  rewrite mul1mx mulr1; congr (_ * _); case: w {st} => //; by rewrite !mxE eqxx.
have e w : effective s id (fun=> 1) (N w) 0 one 0 = interaction s id (fun=> 1) (N w) one 0.
  by rewrite /effective /pullback mulmx0 mul0mx add0r.
have s1 : 0 < sqn one by rewrite sqn_gt0 oner_eq0.
split.
- move=> w; rewrite /N /=; congr (Layer _ _ _).
  have -> : map_mx s (affine one 0 0) = 0.
    by apply/matrixP => i j; rewrite /affine mul0mx addr0 !mxE /s expr0n mul0r.
  by rewrite mul0mx scaler0 addr0; case: w; rewrite /= ?opprK.
- move=> w; exists one; first by apply/kerP; rewrite mul0mx trmx0 mulmx0.
  rewrite q mulf_eq0 negb_or (gt_eqF s1) andbT; case: w => /=; by rewrite ?oppr_eq0 oner_eq0.
- by exists one; rewrite e q mulN1r oppr_lt0.
by case=> v; rewrite e q mul1r ltNge sqn_ge0.
Qed.

End Met.
