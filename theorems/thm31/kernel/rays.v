(** The Hessian along a ray from 0: where H(w) w = 0 around a point t u, s H(s u) is constant around s = t. *)
From Coq Require Import Reals Lra FunctionalExtensionality Classical.
From mathcomp Require Import ssreflect ssrfun ssrbool eqtype ssrnat seq fintype bigop.
From Coquelicot Require Import Coquelicot.
From Geometry Require Import vectors jets chain pullback smooth symmetry.
Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Open Scope R_scope.

Section Ray.
Variables (k : nat) (L : vec k -> R) (u : vec k).
Hypothesis LC : forall w, C2 L w.

(** The derivative of L by coordinate i does not change along the ray through w while column i of H is orthogonal to it. *)
Lemma along_ray w i t s : t < s ->
  (forall r, t <= r <= s -> dot (fun j => hess L (scalev r w) j i) w = 0) ->
  partial L i (scalev t w) = partial L i (scalev s w).
Proof.
move=> ts H; apply: (eq_is_derive (fun r => partial L i (scalev r w))) => // r rb.
have := @chain_rule k (partial L i) (fun r => scalev r w) r w ((LC _).2 i); rewrite (H r rb); apply=> j.
by rewrite /scalev; auto_derive => //; ring.
Qed.

(** The factor of the argument comes out of a derivative. *)
Lemma partial_scaled (f : vec k -> R) t w j : C1 f (scalev t w) ->
  partial (fun y => f (scalev t y)) j w = t * partial f j (scalev t w).
Proof.
move=> fC; apply: partial_unique.
apply: (is_derive_ext (fun r => f (upd (scalev t w) j (t * r)))) => [r|].
  by congr f; apply: functional_extensionality => a; rewrite /scalev /upd; case: eqP.
apply: (is_derive_comp (fun r => f (upd (scalev t w) j r))); last by auto_derive => //; ring.
have -> : t * w j = scalev t w j by [].
by apply: is_derive_partial; apply: C1_ex.
Qed.

Lemma ray_constant T : 0 < T ->
  near (scalev T u) (fun w => forall i, dot (fun j => hess L w j i) w = 0) ->
  locally T (fun t => forall i j, t * hess L (scalev t u) j i = T * hess L (scalev T u) j i).
Proof.
move=> T0 /nearP [e H].
pose B := \sum_(i < k) Rabs (u i) + 1.
have uB i : Rabs (u i) + 1 <= B.
  rewrite /B (bigD1 i) //=; set r := \big[_/_]_(_ | _) _; suff : 0 <= r by lra.
  by rewrite /r; elim/big_ind: _ => [|x y|l _]; [lra | lra | exact: Rabs_pos].
have B0 : 0 < B.
  have : 0 <= \sum_(l < k) Rabs (u l) by apply: sum_ge0 => l; exact: Rabs_pos.
  by rewrite /B; lra.
have e0 := cond_pos e.
pose eta := Rmin T (e / (2 * B)); pose del := Rmin 1 (e / (2 * T)).
have eta0 : 0 < eta by apply: Rmin_pos => //; apply: Rdiv_lt_0_compat; lra.
have del0 : 0 < del by apply: Rmin_pos; [lra | apply: Rdiv_lt_0_compat; lra].
exists (mkposreal _ eta0) => t tT i j.
have {}tT : Rabs (t - T) < eta by exact: tT.
have close w r : (forall l, Rabs (w l - u l) < del) -> Rabs (r - T) < eta ->
    forall l, Rabs (scalev r w l - scalev T u l) < e.
  move=> wu rT l; rewrite /scalev.
  have -> : r * w l - T * u l = (r - T) * w l + T * (w l - u l) by ring.
  apply: Rle_lt_trans (Rabs_triang _ _) _; rewrite !Rabs_mult (Rabs_pos_eq T); last lra.
  have wl : Rabs (w l) <= B.
    apply: Rle_trans (uB l); have -> : w l = u l + (w l - u l) by ring.
    apply: Rle_trans (Rabs_triang _ _) _; have := wu l; have := Rmin_l 1 (e / (2 * T)); rewrite -/del; lra.
  have a1 : Rabs (r - T) * Rabs (w l) <= e / (2 * B) * B.
    apply: Rmult_le_compat => //; try exact: Rabs_pos.
    by apply: Rlt_le; apply: Rlt_le_trans rT _; exact: Rmin_r.
  have a2 : T * Rabs (w l - u l) < T * (e / (2 * T)).
    by apply: Rmult_lt_compat_l => //; apply: Rlt_le_trans (wu l) _; exact: Rmin_r.
  have b1 : e / (2 * B) * B = e / 2 by field; lra.
  have b2 : T * (e / (2 * T)) = e / 2 by field; lra.
  lra.
have same w r : (forall l, Rabs (w l - u l) < del) -> Rabs (r - T) < eta ->
    dot (fun l => hess L (scalev r w) l i) w = 0.
  move=> wu rT; have := H _ (close w r wu rT) i.
  have r0 : 0 < r.
    by have := Rmin_l T (e / (2 * B)); rewrite -/eta; move: rT => /Rabs_def2; lra.
  rewrite dotZr.
  by move=> /Rmult_integral []; lra.
have E : near u (fun w => partial L i (scalev t w) = partial L i (scalev T w)).
  apply/nearP; exists (mkposreal _ del0) => w /= wu.
  have T' : Rabs (T - T) < eta by rewrite Rminus_eq_0 Rabs_R0.
  have between a b : Rabs (a - T) < eta -> Rabs (b - T) < eta -> forall r, a <= r <= b -> Rabs (r - T) < eta.
    by move=> /Rabs_def2 [? ?] /Rabs_def2 [? ?] r ?; apply: Rabs_def1; lra.
  have [lt|[->//|gt]] := Rtotal_order t T.
    by apply: along_ray => // r /(between _ _ tT T'); exact: same.
  by symmetry; apply: along_ray => // r /(between _ _ T' tT); exact: same.
have := partial_ext_near j E.
by rewrite !partial_scaled //; apply: (LC _).2.
Qed.

(** If H(w) w = 0 around every point t u, 0 < t <= 1, at which t H(t u) = H(u), then H(u) = 0. *)
Lemma ray_zero :
  (forall t, 0 < t <= 1 -> (forall i j, t * hess L (scalev t u) j i = hess L u j i) ->
     near (scalev t u) (fun w => forall i, dot (fun j => hess L w j i) w = 0)) ->
  forall i j, hess L u j i = 0.
Proof.
move=> H.
pose G t i j := t * hess L (scalev t u) j i.
pose K t := 0 <= t <= 1 /\ forall i j, G t i j = hess L u j i.
have one : scalev 1 u = u by apply: functional_extensionality => i; rewrite /scalev; ring.
have K1 : K 1 by split; [lra | move=> i j; rewrite /G one; ring].
pose E s := K (1 - s).
have [||S [ub lub]] := completeness E.
- by exists 1 => s [[? ?] _]; lra.
- by exists 0; rewrite /E Rminus_0_r.
have S0 : 0 <= S by apply: ub; rewrite /E Rminus_0_r.
have S1 : S <= 1 by apply: lub => s [[? ?] _]; lra.
pose T := 1 - S.
have Gc i j : continuous (fun t => G t i j) T.
  apply: (continuous_mult (fun t => t)); first exact: continuous_id.
  apply: (continuous_comp (fun t => scalev t u : fct_UniformSpace 'I_k R_UniformSpace) (fun w => hess L w j i)).
    move=> P nP; apply: (@curve_near k (fun t => scalev t u) T P) nP => l.
    by apply: (continuous_mult (fun t => t)); [exact: continuous_id | exact: continuous_const].
  by apply: C1_cont_partial; exact: (LC _).2.
have KT : K T.
  split=> [|i j]; first by rewrite /T; lra.
  apply: NNPP => ne.
  have d0 : 0 < Rabs (G T i j - hess L u j i) by apply: Rabs_pos_lt => h; apply: ne; lra.
  have [eta far] := Gc i j _ (locally_ball (G T i j) (mkposreal _ d0)).
  have eta0 := cond_pos eta.
  suff : S <= S - eta by lra.
  apply: lub => s sE; have sS := ub _ sE.
  apply: Rnot_lt_le => lt.
  have h : Rabs (G (1 - s) i j - G T i j) < Rabs (G T i j - hess L u j i).
    by apply: far; change (Rabs ((1 - s) - T) < eta); apply: Rabs_def1; rewrite /T; lra.
  by case: sE => _ same; rewrite same Rabs_minus_sym in h; lra.
case: (KT) => T01 GT.
have [T0|T0] := Rle_lt_or_eq_dec 0 T (proj1 T01); last first.
  by move=> i j; rewrite -GT /G -T0; ring.
exfalso.
have Tl : 0 < T <= 1 by lra.
have [eta same] := ray_constant T0 (H _ Tl GT).
have eta0 := cond_pos eta.
pose t := T - Rmin T (eta / 2).
have m0 : 0 < Rmin T (eta / 2) by apply: Rmin_pos; lra.
have : 1 - t <= S.
  apply: ub; rewrite /E (_ : 1 - (1 - t) = t); last ring.
  split=> [|i j]; first by have := Rmin_l T (eta / 2); rewrite /t; lra.
  rewrite -GT; apply: same; change (Rabs (t - T) < eta).
  have := Rmin_r T (eta / 2); rewrite /t => ?; apply: Rabs_def1; lra.
by move: m0; rewrite /t /T; lra.
Qed.
End Ray.
