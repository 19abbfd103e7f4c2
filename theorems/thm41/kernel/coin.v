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

End Coin.
