(** The effective Hessian along an orbit of augmentations. *)
From Coq Require Import Reals Lra FunctionalExtensionality.
From mathcomp Require Import ssreflect ssrfun ssrbool eqtype ssrnat seq fintype bigop.
From Coquelicot Require Import Coquelicot.
From Geometry Require Import vectors jets chain pullback smooth symmetry.
Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Open Scope R_scope.

Section Curve.
Variables (d k : nat) (L : vec k -> R) (h : vec d -> vec k) (gamma : R -> vec d) (v w : vec d).
Hypotheses (hC : C2map h (gamma 0)) (LC : C2 L (h (gamma 0))).
Hypothesis acc : has_acceleration gamma 0 v w.
Hypothesis constant : locally 0 (fun t => h (gamma t) = h (gamma 0)).

Lemma orbit_first a : dot (grad (comp h a) (gamma 0)) v = 0.
Proof.
have D := chain_rule (C2_C1 (hC a)) acc.2.1.
rewrite -(is_derive_unique _ _ _ D); apply: is_derive_unique.
apply: (is_derive_ext_loc (fun=> h (gamma 0) a)); last exact: is_derive_const.
by apply: filter_imp constant => t e; rewrite /comp e.
Qed.

Lemma orbit_jacobian : mulv (jac h (gamma 0)) v = zerov.
Proof. by apply: functional_extensionality => a; exact: orbit_first. Qed.

Lemma orbit_second a : form (hess (comp h a) (gamma 0)) v v = - mulv (jac h (gamma 0)) w a.
Proof.
have [D1 D2] := second_derivative (hC a) acc.
have : is_derive (fun s => dot (grad (comp h a) (gamma s)) (velocity gamma s)) 0 0.
  apply: (is_derive_ext_loc (fun=> 0)); last exact: is_derive_const.
  apply: filter_imp (filter_and _ _ D1 (locally_locally _ _ constant)) => t [Dt c].
  rewrite -(is_derive_unique _ _ _ Dt); apply/esym; apply: is_derive_unique.
  apply: (is_derive_ext_loc (fun=> h (gamma 0) a)); last exact: is_derive_const.
  by apply: filter_imp c => s e; rewrite /comp e.
move=> /is_derive_unique; rewrite (is_derive_unique _ _ _ D2).
rewrite (_ : mulv _ w a = dot (grad (comp h a) (gamma 0)) w) //; lra.
Qed.

Lemma orbit_interaction :
  form (interaction L h (gamma 0)) v v = - dot (grad L (h (gamma 0))) (mulv (jac h (gamma 0)) w).
Proof.
rewrite /dot -sumN (eq_sum (G := fun a => grad L (h (gamma 0)) a * form (hess (comp h a) (gamma 0)) v v)).
  rewrite /form /dot /mulv /interaction.
  under eq_sum => i do [under eq_sum => j do rewrite mull_sum; rewrite exchange_sum mulr_sum].
  rewrite exchange_sum; apply: eq_sum => a; rewrite mulr_sum; apply: eq_sum => i.
  by rewrite !mulr_sum; apply: eq_sum => j; ring.
by move=> a; rewrite orbit_second; ring.
Qed.

Lemma orbit_effective : form (effective L h (gamma 0)) v v = form (interaction L h (gamma 0)) v v.
Proof.
rewrite effective_split // /form mulv_addm dotDr -[RHS]Rplus_0_l; congr (_ + _).
by rewrite /gauss_newton !mulv_mulm orbit_jacobian !mulv0 dot0r.
Qed.
End Curve.

(** Let [T] be a family of augmentations [T theta : R^d -> R^d] with parameters [theta] in R^p, [T theta0 z = z],
    and let [h(T_theta z) = h(z)] for all [theta] near [theta0].  Let [gamma(t) = T_{theta(t)} z] be a curve in
    the orbit of [z], [theta(0) = theta0], with [gamma'(0) = v] and [gamma''(0) = w]; [h] is C^2 near [z]
    and [L] is C^2 near [h z].  Then [v^T H_eff v = v^T M v = - rho^T J w], which vanishes where [J^T rho = 0]. *)
Theorem part_hessian (d k p : nat) (L : vec k -> R) (h : vec d -> vec k) (T : vec p -> vec d -> vec d)
    (theta0 : vec p) (z : vec d) (theta : R -> vec p) (v w : vec d) :
  C2map h z -> C2 L (h z) ->
  T theta0 z = z -> near theta0 (fun eta => h (T eta z) = h z) ->
  theta 0 = theta0 -> (forall q, continuous (fun t => theta t q) 0) ->
  has_acceleration (fun t => T (theta t) z) 0 v w ->
  let rho := grad L (h z) in
  let J := jac h z in
  form (effective L h z) v v = form (interaction L h z) v v
  /\ form (interaction L h z) v v = - dot rho (mulv J w)
  /\ (mulv (tr J) rho = zerov -> form (effective L h z) v v = 0).
Proof.
move=> hC LC T0 inv t0 tc acc rho J.
pose gamma t := T (theta t) z; have g0 : gamma 0 = z by rewrite /gamma t0.
have c : locally 0 (fun t => h (gamma t) = h (gamma 0)).
  by rewrite g0; apply: (curve_near (P := fun eta => h (T eta z) = h z) tc); rewrite t0.
have hC' : C2map h (gamma 0) by rewrite g0.
have LC' : C2 L (h (gamma 0)) by rewrite g0.
have E := orbit_effective hC' LC' acc c; have I := orbit_interaction L hC' acc c.
rewrite g0 in E I; split=> //; split=> // crit.
by rewrite E I -/rho -/J dot_mulv crit dot0l; ring.
Qed.

(** The plane rotations with the angle [eta]. *)
Definition rotation (eta : vec 1) (z : vec 2) : vec 2 := fun i =>
  if i == ord0 then cos (eta ord0) * z ord0 - sin (eta ord0) * z ord_max
  else sin (eta ord0) * z ord0 + cos (eta ord0) * z ord_max.

(** Half the squared length of a vector of the plane, as a head with one output. *)
Definition half_square (z : vec 2) : vec 1 := fun=> / 2 * (z ord0 * z ord0 + z ord_max * z ord_max).

(** The hypotheses are met, with [v^T M v = 1], by the rotations of the plane, the head [h(z) = |z|^2 / 2],
    the loss [L(u) = u] and the curve [(cos t, sin t)] through [z = (1, 0)]. *)
Lemma part_hessian_met : exists (L : vec 1 -> R) (z : vec 2) (theta : R -> vec 1) (v w : vec 2),
  C2map half_square z /\ C2 L (half_square z) /\ rotation zerov z = z
  /\ near zerov (fun eta => half_square (rotation eta z) = half_square z)
  /\ theta 0 = zerov /\ (forall q, continuous (fun t => theta t q) 0)
  /\ has_acceleration (fun t => rotation (theta t) z) 0 v w
  /\ form (interaction L half_square z) v v = 1.
Proof.
pose z : vec 2 := fun i => if i == ord0 then 1 else 0.
pose v : vec 2 := fun i => if i == ord0 then 0 else 1.
pose w : vec 2 := fun i => if i == ord0 then -1 else 0.
pose theta (t : R) : vec 1 := fun=> t.
have hC y : C2map half_square y.
  by move=> a; apply: C2_scal; apply: C2_plus; apply: C2_mult; exact: C2_coord.
have LC u : C2 (fun u : vec 1 => u ord0) u by exact: C2_coord.
have T0 : rotation zerov z = z.
  apply: functional_extensionality => i; rewrite /rotation /zerov /z eqxx /= cos_0 sin_0.
  by case: ifP => _; ring.
have inv : near zerov (fun eta => half_square (rotation eta z) = half_square z).
  apply: filter_forall => eta; apply: functional_extensionality => a.
  rewrite /half_square /rotation /z /=.
  by have := sin2_cos2 (eta ord0); rewrite /Rsqr => e; nra.
have t0 : theta 0 = zerov by [].
have tc q : continuous (fun t => theta t q) 0 by exact: continuous_id.
have acc : has_acceleration (fun t => rotation (theta t) z) 0 v w.
  have D i s : is_derive (fun r => rotation (theta r) z i) s (if i == ord0 then - sin s else cos s).
    by rewrite /rotation /theta /z /=; case: ifP => _; auto_derive => //; ring.
  split; first by apply: filter_forall => s i; eexists; exact: D.
  split=> i; first by have := D i 0; rewrite sin_0 cos_0 Ropp_0.
  apply: (is_derive_ext (fun s => if i == ord0 then - sin s else cos s)).
    by move=> s; rewrite (is_derive_unique _ _ _ (D i s)).
  by rewrite /w; case: ifP => _; auto_derive => //; rewrite ?cos_0 ?sin_0; ring.
exists (fun u => u ord0), z, theta, v, w; do ?split=> //; try exact: (hC z); try exact: acc.1; try exact: acc.2.1; try exact: acc.2.2.
have [_ [-> _]] := part_hessian (hC z) (LC _) T0 inv t0 tc acc.
have J0 : jac half_square z ord0 ord0 = 1.
  apply: is_derive_unique; rewrite /comp /half_square /upd /z /=; auto_derive => //; field.
rewrite /dot /mulv !big_ord_recl !big_ord0 J0 /grad partial_coord /kron eqxx /w /=; ring.
Qed.
