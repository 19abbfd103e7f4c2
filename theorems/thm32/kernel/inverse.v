(** The inverse of a C^2 function of one variable on an interval where its derivative is positive. *)
From Coq Require Import Reals Lra FunctionalExtensionality.
From mathcomp Require Import ssreflect ssrfun ssrbool eqtype ssrnat seq fintype bigop.
From Coquelicot Require Import Coquelicot.
From Geometry Require Import vectors jets chain pullback smooth elementary intervals.
Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Open Scope R_scope.

(** A right inverse [f] of [phi] near [w], Lipschitz there, has the derivative [1 / phi'(f(w))]. *)
Lemma inverse_derivative (phi f : R -> R) (m l w : R) :
  0 < m -> m <= l -> is_derive phi (f w) l -> continuous f w ->
  locally w (fun v => phi (f v) - phi (f w) = v - w /\ m * Rabs (f v - f w) <= Rabs (v - w)) ->
  is_derive f w (/ l).
Proof.
move=> m0 l0 D cf near_w; set s := f w in D near_w *; apply/is_derive_eps => eps.
have e'0 : 0 < eps * (l * m) by apply: Rmult_lt_0_compat; [exact: cond_pos | apply: Rmult_lt_0_compat; lra].
have near_s := (iffLR (is_derive_eps _ _ _)) D (mkposreal _ e'0).
have cs : locally w (fun v => Rabs (phi (f v) - phi s - l * (f v - s)) <= eps * (l * m) * Rabs (f v - s)).
  exact: (cf _ near_s).
apply: filter_imp (filter_and _ _ cs near_w) => v [H [E L]].
move: H; rewrite E -/s => H; set t := f v in H L *.
have -> : t - s - / l * (v - w) = - / l * (v - w - l * (t - s)) by field; lra.
rewrite Rabs_mult Rabs_Ropp Rabs_pos_eq; last by apply: Rlt_le; apply: Rinv_0_lt_compat; lra.
have i0 : 0 < / l by apply: Rinv_0_lt_compat; lra.
apply: Rle_trans (Rmult_le_compat_l _ _ _ (Rlt_le _ _ i0) H) _.
have -> : / l * (eps * (l * m) * Rabs (t - s)) = eps * (m * Rabs (t - s)) by field; lra.
by apply: Rmult_le_compat_l => //; exact: Rlt_le (cond_pos eps).
Qed.

(** A function [f] with [f' = 1 / phi'(f)] on an open set is C^2 there, where [phi] is C^2 and [phi' > 0]. *)
Lemma inverse_is_C2 (dphi ddphi f : R -> R) (P : R -> Prop) w :
  (forall s, is_derive dphi s (ddphi s)) -> (forall s, continuous ddphi s) -> (forall v, 0 < dphi (f v)) ->
  (forall v, P v -> locally v P) -> (forall v, P v -> is_derive f v (/ dphi (f v))) -> P w -> C2fun_at f w.
Proof.
move=> DD C pos op D Pw; apply: (C2fun_at_open op Pw (df := fun v => / dphi (f v))
  (ddf := fun v => - (ddphi (f v) * / dphi (f v)) * / dphi (f v) ^ 2)) => v Pv.
- exact: D.
- have D1 := is_derive_comp dphi f v _ _ (DD (f v)) (D v Pv).
  have := is_derive_inv _ _ _ D1 (Rgt_not_eq _ _ (pos v)).
  have -> : - scal (/ dphi (f v)) (ddphi (f v)) / dphi (f v) ^ 2 =
    - (ddphi (f v) * / dphi (f v)) * / dphi (f v) ^ 2 by rewrite /scal /= /mult /= /Rdiv; ring.
  exact: id.
have cf : continuous f v by apply: ex_derive_continuous; eexists; exact: D.
have cd : continuous (fun v => / dphi (f v)) v.
  apply: (continuous_comp (fun v => dphi (f v)) Rinv).
    by apply: (continuous_comp f dphi) => //; apply: ex_derive_continuous; eexists; exact: DD.
  by apply: ex_derive_continuous; auto_derive; have := pos v; lra.
apply: (continuous_ext (fun v => -1 * (ddphi (f v) * / dphi (f v)) * (/ dphi (f v) * / dphi (f v)))).
  by move=> x /=; field; have := pos x; lra.
apply: (continuous_mult (fun v => -1 * (ddphi (f v) * / dphi (f v)))).
  apply: (continuous_mult (fun=> -1)); first exact: continuous_const.
  apply: (continuous_mult (fun v => ddphi (f v))) => //.
  exact: (continuous_comp f ddphi).
exact: (continuous_mult (fun v => / dphi (f v))).
Qed.

Section Inverse.
Variables (phi dphi ddphi : R -> R) (s0 s1 m : R).
Hypothesis D : forall s, is_derive phi s (dphi s).
Hypothesis DD : forall s, is_derive dphi s (ddphi s).
Hypothesis C : forall s, continuous ddphi s.
Hypotheses (s01 : s0 <= s1) (m0 : 0 < m) (slope : forall s, s0 <= s <= s1 -> m <= dphi s).

Lemma local_growth a b : s0 <= a -> a <= b -> b <= s1 -> m * (b - a) <= phi b - phi a.
Proof.
move=> sa ab bs.
have [x [xb ->]] := mean_value (@closed_interval s0 s1) (fun t _ => D t) (s := a) (t := b)
  (conj sa (Rle_trans _ _ _ ab bs)) (conj (Rle_trans _ _ _ sa ab) bs) ab.
by apply: Rmult_le_compat_r; [lra | apply: slope; lra].
Qed.

(** The largest value of [phi - phi s0] on the interval. *)
Definition top : R := phi s1 - phi s0.

Lemma top_ge0 : 0 <= top.
Proof.
have := local_growth (Rle_refl s0) s01 (Rle_refl s1); rewrite /top.
by have : 0 <= m * (s1 - s0) by [apply: Rmult_le_pos; lra]; lra.
Qed.

Lemma local_inverse_exists (w : R) : {s : R | s0 <= s <= s1 /\ phi s = phi s0 + Rmax 0 (Rmin w top)}.
Proof.
have t0 := top_ge0; have w0 : 0 <= Rmax 0 (Rmin w top) by apply: Rmax_l.
have wt : Rmax 0 (Rmin w top) <= top by apply: Rmax_lub => //; exact: Rmin_r.
have pp : phi s0 <= phi s1 by move: t0; rewrite /top; lra.
have cont : continuity phi.
  by move=> x; apply: derivable_continuous_pt; exists (dphi x); apply/is_derive_Reals; apply: D.
have [|s [sb e]] := IVT_gen phi s0 s1 (phi s0 + Rmax 0 (Rmin w top)) cont.
  by have ps : phi s1 = phi s0 + top by [rewrite /top; ring]; rewrite (Rmin_left _ _ pp) (Rmax_right _ _ pp) ps; lra.
by exists s; move: sb; rewrite (Rmin_left _ _ s01) (Rmax_right _ _ s01).
Qed.

Definition local_inverse (w : R) : R := proj1_sig (local_inverse_exists w).

Lemma local_inverse_range w : s0 <= local_inverse w <= s1.
Proof. by rewrite /local_inverse; case: local_inverse_exists => s []. Qed.

Lemma local_inverseK w : 0 <= w <= top -> phi (local_inverse w) = phi s0 + w.
Proof.
move=> [w0 wt]; rewrite /local_inverse; case: local_inverse_exists => s [_ /= ->].
by rewrite Rmin_left // Rmax_right.
Qed.

Lemma local_lipschitz v w : 0 <= v <= top -> 0 <= w <= top ->
  m * Rabs (local_inverse w - local_inverse v) <= Rabs (w - v).
Proof.
move=> vb wb; have [v0 v1] := local_inverse_range v; have [w0 w1] := local_inverse_range w.
have [le|le] := Rle_lt_dec (local_inverse v) (local_inverse w).
  have := local_growth v0 le w1; rewrite !local_inverseK // => g.
  rewrite Rabs_pos_eq; last by lra.
  by apply: Rle_trans (Rle_abs _); lra.
have := local_growth w0 (Rlt_le _ _ le) v1; rewrite !local_inverseK // => g.
rewrite Rabs_left; last by lra.
by rewrite -Rabs_Ropp; apply: Rle_trans (Rle_abs _); lra.
Qed.

Lemma inside_open w : 0 < w < top -> locally w (fun v => 0 < v < top).
Proof.
move=> wb; have p : 0 < Rmin w (top - w) by apply: Rmin_pos; lra.
exists (mkposreal _ p) => v; rewrite /ball /= /AbsRing_ball /abs /minus /plus /opp /= => vb.
have l := Rlt_le_trans _ _ _ vb (Rmin_l _ _); have r := Rlt_le_trans _ _ _ vb (Rmin_r _ _).
by move: l r => /Rabs_def2 [? ?] /Rabs_def2 [? ?]; lra.
Qed.

Lemma local_continuous w : 0 < w < top -> continuous local_inverse w.
Proof.
move=> wb P [e H]; have p : 0 < m * e by apply: Rmult_lt_0_compat => //; exact: cond_pos.
have near_w : locally w (fun v => Rabs (v - w) < m * e) by exists (mkposreal _ p) => v; exact.
apply: filter_imp (filter_and _ _ near_w (inside_open wb)) => v [vb vt]; apply: H.
have wb' : 0 <= w <= top by lra.
have vt' : 0 <= v <= top by lra.
have := local_lipschitz wb' vt'.
rewrite /ball /= /AbsRing_ball /abs /minus /plus /opp /= /Rminus => l.
by apply: (Rmult_lt_reg_l m) => //; move: vb; rewrite /Rminus; lra.
Qed.

Lemma local_derive w : 0 < w < top -> is_derive local_inverse w (/ dphi (local_inverse w)).
Proof.
move=> wb; apply: (inverse_derivative m0 (slope (local_inverse_range w)) (D _) (local_continuous wb)).
apply: filter_imp (inside_open wb) => v vb.
have wb' : 0 <= w <= top by lra.
have vb' : 0 <= v <= top by lra.
by split; [rewrite !local_inverseK //; lra | exact: local_lipschitz].
Qed.

Lemma local_inverse_C2 w : 0 < w < top -> C2fun_at local_inverse w.
Proof.
apply: (inverse_is_C2 DD C _ inside_open local_derive) => v.
by have := slope (local_inverse_range v); lra.
Qed.
End Inverse.
