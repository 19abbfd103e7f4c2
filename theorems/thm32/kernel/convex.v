(** Behind a convex loss that is not constant, a head has the effective Hessian I everywhere. *)
From Coq Require Import Reals Lra Psatz FunctionalExtensionality.
From mathcomp Require Import ssreflect ssrfun ssrbool eqtype ssrnat seq fintype bigop.
From Coquelicot Require Import Coquelicot.
From Geometry Require Import vectors jets chain pullback smooth symmetry elementary intervals quadratic.
From Geometry.thm32 Require Import necessary inverse.
Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Open Scope R_scope.

(** The function [L] on R^k is convex. *)
Definition convex (k : nat) (L : vec k -> R) : Prop :=
  forall x y t, 0 <= t <= 1 -> L (addv x (scalev t (subv y x))) <= (1 - t) * L x + t * L y.

Section Line.
Variables (phi dphi ddphi : R -> R).
Hypothesis D : forall s, is_derive phi s (dphi s).
Hypothesis DD : forall s, is_derive dphi s (ddphi s).
Hypothesis C : forall s, continuous ddphi s.
Hypothesis conv : forall a b t, 0 <= t <= 1 -> phi (a + t * (b - a)) <= (1 - t) * phi a + t * phi b.

Lemma tangent_below a b : phi a + dphi a * (b - a) <= phi b.
Proof. by apply: (tangent_line (D a)) => t; exact: conv. Qed.

Variables (s0 m : R).
Hypotheses (m0 : 0 < m) (slope : dphi s0 = m).

Lemma slope_ge s : s0 <= s -> m <= dphi s.
Proof.
move=> [lt|<-]; last by lra.
have a := tangent_below s0 s; have b := tangent_below s s0; rewrite slope in a.
apply: (Rmult_le_reg_r (s - s0)); lra.
Qed.

Lemma growth a b : s0 <= a -> a <= b -> m * (b - a) <= phi b - phi a.
Proof.
move=> sa ab; have := tangent_below a b; have := slope_ge sa => le.
by have := Rmult_le_compat_r (b - a) _ _ _ le; lra.
Qed.

Lemma phi_continuous : continuity phi.
Proof. by move=> x; apply: derivable_continuous_pt; exists (dphi x); apply/is_derive_Reals; apply: D. Qed.

(** The inverse of [phi] beyond [s0]: [phi (inverse w) = phi s0 + w] for [w >= 0]. *)
Lemma inverse_exists (w : R) : {s : R | s0 <= s /\ phi s = phi s0 + Rmax 0 w}.
Proof.
have w0 : 0 <= Rmax 0 w by apply: Rmax_l.
pose b := s0 + Rmax 0 w / m.
have sb : s0 <= b by have : 0 <= Rmax 0 w / m by [apply: Rdiv_le_0_compat]; rewrite /b; lra.
have pb : phi s0 + Rmax 0 w <= phi b.
  have := growth (Rle_refl s0) sb; rewrite /b (_ : m * _ = Rmax 0 w); [lra | field; lra].
have [|s [sbd e]] := IVT_gen phi s0 b (phi s0 + Rmax 0 w) phi_continuous.
  by have pp : phi s0 <= phi b by [lra]; rewrite (Rmin_left _ _ pp) (Rmax_right _ _ pp); lra.
by exists s; split=> //; move: sbd; rewrite Rmin_left //; lra.
Qed.

Definition inverse (w : R) : R := proj1_sig (inverse_exists w).

Lemma inverse_ge w : s0 <= inverse w.
Proof. by rewrite /inverse; case: inverse_exists => s []. Qed.

Lemma inverseK w : 0 <= w -> phi (inverse w) = phi s0 + w.
Proof. by move=> w0; rewrite /inverse; case: inverse_exists => s [_ /= ->]; rewrite Rmax_right. Qed.

Lemma inverse_lipschitz v w : 0 <= v -> 0 <= w -> m * Rabs (inverse w - inverse v) <= Rabs (w - v).
Proof.
move=> v0 w0; have [le|le] := Rle_lt_dec (inverse v) (inverse w).
  have := growth (inverse_ge v) le; rewrite !inverseK // => g.
  rewrite Rabs_pos_eq; last by lra.
  by apply: Rle_trans (Rle_abs _); lra.
have := growth (inverse_ge w) (Rlt_le _ _ le); rewrite !inverseK // => g.
rewrite Rabs_left; last by lra.
by rewrite -Rabs_Ropp; apply: Rle_trans (Rle_abs _); lra.
Qed.

Lemma inverse_continuous w : 0 < w -> continuous inverse w.
Proof.
move=> w0 P [e H]; have p : 0 < Rmin w (m * e) by apply: Rmin_pos => //; apply: Rmult_lt_0_compat => //; exact: cond_pos.
exists (mkposreal _ p) => v vb; apply: H; move: vb.
rewrite /ball /= /AbsRing_ball /abs /minus /plus /opp /= => vb.
have v1 := Rlt_le_trans _ _ _ vb (Rmin_l _ _); have v2 := Rlt_le_trans _ _ _ vb (Rmin_r _ _).
have v0 : 0 <= v by move: v1 => /Rabs_def2 []; lra.
have := inverse_lipschitz (Rlt_le _ _ w0) v0; rewrite /Rminus => l.
by apply: (Rmult_lt_reg_l m) => //; lra.
Qed.

Lemma inverse_derive w : 0 < w -> is_derive inverse w (/ dphi (inverse w)).
Proof.
move=> w0; apply: (inverse_derivative m0 (slope_ge (inverse_ge w)) (D _) (inverse_continuous w0)).
apply: filter_imp (locally_gt0 w0) => v v0.
by split; [rewrite !inverseK; lra | apply: inverse_lipschitz; exact: Rlt_le].
Qed.

Lemma inverse_C2 w : 0 < w -> C2fun_at inverse w.
Proof.
apply: (inverse_is_C2 DD C _ locally_gt0 inverse_derive) => v.
by have := slope_ge (inverse_ge v); lra.
Qed.
End Line.

(** If [L : R^k -> R] is C^2, convex and not constant, there is a C^2 head [h : R^d -> R^k] with [H_eff = I] at
    every point of R^d. *)
Theorem part_identity_convex (d k : nat) (L : vec k -> R) :
  (forall u, C2 L u) -> convex L -> (exists x y, L x <> L y) ->
  exists h : vec d -> vec k, forall z, C2map h z /\ effective L h z = scalar_mat d 1.
Proof.
move=> LC conv nonconst; have [x [e [s0 m0]]] := rises_somewhere LC nonconst.
pose phi s := L (segment x e s).
pose dphi s := dot (grad L (segment x e s)) e.
have D s : is_derive phi s (dphi s) := slope_is LC x e s.
have DD := curvature_is LC x e.
have C := @curvature_continuous k L LC x e.
have phi_conv a b t : 0 <= t <= 1 -> phi (a + t * (b - a)) <= (1 - t) * phi a + t * phi b.
  move=> tb; rewrite /phi; have := conv (segment x e a) (segment x e b) t tb.
  rewrite (_ : addv _ _ = segment x e (a + t * (b - a))) //.
  by apply: functional_extensionality => i; rewrite /segment /addv /scalev /subv; ring.
pose psi := inverse D phi_conv m0 erefl.
pose w (z : vec d) := bowl 1 zerov z + 1.
have w0 z : 0 < w z by rewrite /w /bowl; have := dot_ge0 (subv z zerov); lra.
have wC z : C2 w z by apply: C2_plus; [exact: bowl_C2 | exact: C2_const].
exists (fun z => segment x e (psi (w z))) => z; split.
  move=> a; apply: C2_plus; first exact: C2_const.
  apply: C2_mult; last exact: C2_const.
  apply: (C2_fun (s := psi) (f := w)) => //.
  exact: (inverse_C2 D DD C phi_conv m0 erefl (w0 z)).
apply: functional_extensionality => i; apply: functional_extensionality => j.
have E v : L (segment x e (psi (w v))) = bowl 1 zerov v + (phi s0 + 1).
  have -> : L (segment x e (psi (w v))) = phi s0 + w v by apply: inverseK; exact: Rlt_le.
  by rewrite /w; ring.
rewrite /effective /scalar_mat -(hess_bowl 1 zerov z i j) /hess.
apply: partial_ext => v; rewrite (partial_ext (g := fun v => bowl 1 zerov v + (phi s0 + 1))) //.
have := near_point (near_partial_plus j (C2_C1 (bowl_C2 1 zerov v)) (C1_const (phi s0 + 1) v)).
by rewrite partial_const Rplus_0_r => ->.
Qed.
