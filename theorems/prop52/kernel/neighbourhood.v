(** The effective Hessian of a head that is invariant on a neighbourhood of a critical point. *)
From Coq Require Import Reals Lra FunctionalExtensionality.
From mathcomp Require Import ssreflect ssrfun ssrbool eqtype ssrnat seq fintype bigop.
From Coquelicot Require Import Coquelicot.
From Geometry Require Import vectors jets chain pullback smooth symmetry.
From Geometry.prop52 Require Import hessian.
Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Open Scope R_scope.

Lemma sum_const n (c : R) : \sum_(i < n) c = INR n * c.
Proof.
elim: n => [|n IH]; first by rewrite big_ord0 /=; ring.
by rewrite big_ord_recl IH S_INR; ring.
Qed.

(** A matrix close to the identity has no row vector [g] with [g A = 0] but zero. *)
Lemma near_identity d (A : mat d d) (g : vec d) :
  (forall i j, Rabs (A i j - kron i j) <= / (INR d + 1)) ->
  mulv (tr A) g = zerov -> g = zerov.
Proof.
move=> close gA; set e := / _ in close; have d0 : 0 <= INR d by apply: pos_INR.
have e0 : 0 < e by apply: Rinv_0_lt_compat; lra.
pose S := \sum_(i < d) Rabs (g i).
have gj j : Rabs (g j) <= e * S.
  have -> : g j = - \sum_(i < d) (g i * (A i j - kron i j)).
    rewrite -sumN (eq_sum (G := fun i => kron j i * g i - tr A j i * g i)) => [|i].
      by rewrite sumB sum_kron -/(mulv (tr A) g j) gA /zerov; ring.
    by rewrite /tr (kronC j i); ring.
  rewrite Rabs_Ropp; apply: Rle_trans (sum_abs _) _.
  rewrite /S mulr_sum; apply: sum_le => i; rewrite Rabs_mult Rmult_comm.
  by apply: Rmult_le_compat_r; [exact: Rabs_pos | exact: close].
have S0 : 0 <= S by apply: sum_ge0 => i; exact: Rabs_pos.
have SS : S <= INR d * (e * S) by rewrite -sum_const; apply: sum_le.
have Se : S * e <= 0.
  by have E : INR d * (e * S) = S - S * e by [rewrite /e; field; lra]; lra.
have Sz : S = 0.
  case: S0 => // pos; have := Rmult_lt_0_compat _ _ pos e0; lra.
apply: functional_extensionality => j; rewrite /zerov.
have := gj j; rewrite Sz Rmult_0_r; have := Rabs_pos (g j) => a b.
by apply: Rabs_eq_0; lra.
Qed.

(** Let [T] be a family of augmentations of R^d with parameters in R^p: [T_theta0] is the identity near
    [z], [D_z T_theta] exists for [theta] near [theta0] and is continuous at [theta0], and
    [h o T_theta = h] on a neighbourhood of [z] for all [theta] near [theta0].  Let [v] be the velocity
    of a curve [T_{theta(t)} z], [theta(0) = theta0], in the orbit of [z].  If [z] is critical,
    [J^T rho = 0], then [H_eff v = 0]. *)
Theorem part_hessian_neighbourhood (d k p : nat) (L : vec k -> R) (h : vec d -> vec k)
    (T : vec p -> vec d -> vec d) (theta0 : vec p) (z : vec d) (theta : R -> vec p) (v : vec d) :
  C2map h z -> C2 L (h z) ->
  near z (fun y => T theta0 y = y) ->
  near theta0 (fun eta => forall i j, ex_partial (comp (T eta) i) j z) ->
  (forall i j, cont (fun eta => jac (T eta) z i j) theta0) ->
  near theta0 (fun eta => near z (fun y => h (T eta y) = h y)) ->
  theta 0 = theta0 -> (forall q, continuous (fun t => theta t q) 0) ->
  has_velocity (fun t => T (theta t) z) 0 v ->
  mulv (tr (jac h z)) (grad L (h z)) = zerov ->
  mulv (effective L h z) v = zerov.
Proof.
move=> hC LC T0 Tex Tcont inv t0 tc vel crit.
pose f w := L (h w); have fC : C2 f z by apply: C2_comp.
pose gamma t := T (theta t) z; have g0 : gamma 0 = z by rewrite /gamma t0; exact: near_point T0.
have gradz : grad f z = zerov by rewrite grad_comp //; [exact: C2map_C1map | exact: C2_C1].
have e0 : 0 < / (INR d + 1) by apply: Rinv_0_lt_compat; move: (pos_INR d); lra.
have Jid i j : jac (T theta0) z i j = kron i j.
  rewrite /jac (partial_ext_near (g := fun y => y i)) ?partial_coord ?(kronC j) //.
  by apply: near_imp T0 => y; rewrite /comp => ->.
have close : near theta0 (fun eta => forall i j, Rabs (jac (T eta) z i j - kron i j) <= / (INR d + 1)).
  apply: near_forall => i; apply: near_forall => j; rewrite -(Jid i j).
  have := Tcont i j _ (locally_ball (jac (T theta0) z i j : R_UniformSpace) (mkposreal _ e0)).
  by apply: near_imp => eta /Rlt_le.
have along : locally 0 (fun t => (forall i j, ex_partial (comp (T (theta t)) i) j z) /\
    near z (fun y => h (T (theta t) y) = h y) /\
    forall i j, Rabs (jac (T (theta t)) z i j - kron i j) <= / (INR d + 1)).
  apply: (curve_near (P := fun eta => (forall i j, ex_partial (comp (T eta) i) j z) /\
    near z (fun y => h (T eta y) = h y) /\ forall i j, Rabs (jac (T eta) z i j - kron i j) <= / (INR d + 1)) tc).
  by rewrite t0; apply: near_and Tex _; apply: near_and.
have fC1 : locally 0 (fun t => C1 f (gamma t)).
  by apply: (curve_near (P := C1 f) (velocity_cont vel)); rewrite -/(gamma 0) g0; apply: C1_near; apply: C2_C1.
have grad0 : locally 0 (fun t => grad f (gamma t) = zerov).
  apply: filter_imp (filter_and _ _ along fC1) => t [[ex [loc cl]] ft].
  apply: (near_identity cl); apply: functional_extensionality => j.
  rewrite -gradz /mulv /tr (eq_sum (G := fun i => grad f (gamma t) i * jac (T (theta t)) z i j)) => [|i]; last by ring.
  have := @chain_rule d f (fun s => T (theta t) (upd z j s)) (z j) (fun i => jac (T (theta t)) z i j).
  rewrite upd_same => /(_ ft) D.
  have {}D : is_derive (fun s => f (T (theta t) (upd z j s))) (z j)
      (dot (grad f (gamma t)) (fun i => jac (T (theta t)) z i j)).
    by apply: D => i; apply: is_derive_partial.
  rewrite -[LHS](is_derive_unique _ _ _ D) /grad /partial; apply: Derive_ext_loc.
  by have := near_line j loc; apply: filter_imp => s e; rewrite /f e.
apply: functional_extensionality => i; rewrite -[X in effective L h X]g0.
have fC' : C2 f (gamma 0) by rewrite g0.
have D := is_derive_grad i fC' vel.
rewrite -[LHS](is_derive_unique _ _ _ D); apply: is_derive_unique.
apply: (is_derive_ext_loc (fun=> 0)); last exact: is_derive_const.
by apply: filter_imp grad0 => t ->.
Qed.

(** The translations of the plane along the first axis. *)
Definition translation (eta : vec 1) (z : vec 2) : vec 2 := fun i =>
  if i == ord0 then z ord0 + eta ord0 else z i.

(** The product of the two coordinates of a vector of the plane, as a head with one output. *)
Definition product (z : vec 2) : vec 1 := fun=> z ord0 * z ord_max.

(** Invariance near [z] cannot be replaced by invariance along the orbit of [z]: with [h(z) = z_1 z_2],
    [L(u) = u], the translations along [e_1] and [z = 0], every other hypothesis holds and
    [H_eff e_1 = e_2]. *)
Lemma part_hessian_neighbourhood_needs_neighbourhood :
  exists (L : vec 1 -> R) (z : vec 2) (theta : R -> vec 1) (v : vec 2),
    C2map product z /\ C2 L (product z)
    /\ (forall y, translation zerov y = y)
    /\ near zerov (fun eta => forall i j, ex_partial (comp (translation eta) i) j z)
    /\ (forall i j, cont (fun eta => jac (translation eta) z i j) zerov)
    /\ (forall eta, product (translation eta z) = product z)
    /\ theta 0 = zerov /\ (forall q, continuous (fun t => theta t q) 0)
    /\ has_velocity (fun t => translation (theta t) z) 0 v
    /\ mulv (tr (jac product z)) (grad L (product z)) = zerov
    /\ mulv (effective L product z) v ord_max = 1.
Proof.
pose v : vec 2 := kron ord0; pose theta (t : R) : vec 1 := fun=> t.
have pC a y : C2 (comp product a) y by apply: C2_mult; exact: C2_coord.
have P0 (y : vec 2) : partial (fun z : vec 2 => z ord0 * z ord_max) ord0 y = y ord_max.
  by apply: is_derive_unique; rewrite /upd /=; auto_derive => //; ring.
have P1 (y : vec 2) : partial (fun z : vec 2 => z ord0 * z ord_max) ord_max y = y ord0.
  by apply: is_derive_unique; rewrite /upd /=; auto_derive => //; ring.
have D eta i j y : partial (comp (translation eta) i) j y = kron j i.
  have [E|ne] := eqVneq i ord0.
    subst i; rewrite -(partial_coord ord0 y j).
    rewrite (partial_ext (g := fun z => z ord0 + eta ord0)) // -(near_point (near_partial_plus j (C1_coord ord0 y) (C1_const _ y))).
    by rewrite partial_const Rplus_0_r.
  rewrite -(partial_coord i y j); apply: partial_ext => w.
  by rewrite /comp /translation (negbTE ne).
have T2 eta i y : C1 (comp (translation eta) i) y.
  rewrite /comp /translation; case: eqP => _; last exact: C1_coord.
  by apply: C1_plus; [exact: C1_coord | exact: C1_const].
have crit (L : vec 1 -> R) : mulv (tr (jac product zerov)) (grad L (product zerov)) = zerov.
  apply: functional_extensionality => i; rewrite /mulv big_ord_recl big_ord0 /tr /jac /comp.
  suff -> : partial (fun z => product z ord0) i zerov = 0 by rewrite /zerov; ring.
  case: (eqVneq i ord0) => [->|ne]; first exact: P0.
  have -> : i = ord_max by apply: val_inj; case: i ne => [[|[|m]] mi].
  exact: P1.
exists (fun u => u ord0), zerov, theta, v.
split; first by move=> a; exact: pC.
split; first exact: C2_coord.
split.
  by move=> y; apply: functional_extensionality => i; rewrite /translation /zerov; case: eqP => [->|//]; ring.
split; first by apply: filter_forall => eta i j; apply: C1_ex.
split.
  move=> i j; apply: (cont_ext_near (f := fun=> kron j i)); last exact: cont_const.
  by apply: filter_forall => eta; rewrite /jac D.
split.
  by move=> eta; apply: functional_extensionality => a; rewrite /product /translation /zerov /=; ring.
split=> //; split; first by move=> q; exact: continuous_id.
split.
  move=> i; rewrite /translation /theta /v /kron eq_sym; case: eqP => _; rewrite /zerov; auto_derive => //; ring.
split; first exact: crit.
rewrite /mulv /effective /hess !big_ord_recl big_ord0 /v /kron /=.
rewrite (partial_ext (g := fun y => y ord_max)) => [|y]; last exact: P0.
by rewrite partial_coord /kron eqxx; ring.
Qed.

(** The hypotheses of the theorem are met, with [v != 0] and [H_eff != 0], by the rotations of the plane, the
    head [h(z) = |z|^2 / 2], the loss [L(u) = (u - 1/2)^2 / 2] and [z = (1, 0)], [v = (0, 1)]. *)
Lemma part_hessian_neighbourhood_met :
  exists (L : vec 1 -> R) (z : vec 2) (theta : R -> vec 1) (v : vec 2),
    C2map half_square z /\ C2 L (half_square z)
    /\ near z (fun y => rotation zerov y = y)
    /\ near zerov (fun eta => forall i j, ex_partial (comp (rotation eta) i) j z)
    /\ (forall i j, cont (fun eta => jac (rotation eta) z i j) zerov)
    /\ near zerov (fun eta => near z (fun y => half_square (rotation eta y) = half_square y))
    /\ theta 0 = zerov /\ (forall q, continuous (fun t => theta t q) 0)
    /\ has_velocity (fun t => rotation (theta t) z) 0 v
    /\ mulv (tr (jac half_square z)) (grad L (half_square z)) = zerov
    /\ v <> zerov /\ effective L half_square z ord0 ord0 = 1.
Proof.
pose L (u : vec 1) := / 2 * ((u ord0 - / 2) * (u ord0 - / 2)).
pose z : vec 2 := kron ord0; pose v : vec 2 := kron ord_max; pose theta (t : R) : vec 1 := fun=> t.
have hC a y : C2 (comp half_square a) y.
  by apply: C2_scal; apply: C2_plus; apply: C2_mult; exact: C2_coord.
have LC u : C2 L u.
  by apply: C2_scal; apply: C2_mult; apply: C2_plus; first [exact: C2_coord | exact: C2_const].
pose W (eta : vec 1) : mat 2 2 := fun i j =>
  if i == ord0 then (if j == ord0 then cos (eta ord0) else - sin (eta ord0))
  else (if j == ord0 then sin (eta ord0) else cos (eta ord0)).
have aff eta i y : comp (rotation eta) i y = comp (affine (W eta) zerov) i y.
  rewrite /comp /rotation /affine /addv /mulv /W /zerov !big_ord_recl big_ord0 /=.
  have -> : lift ord0 (ord0 : 'I_1) = ord_max :> 'I_2 by apply: val_inj.
  by case: ifP => _; ring.
have D eta i j y : partial (comp (rotation eta) i) j y = W eta i j.
  by rewrite (partial_ext _ _ (aff eta i)); have := jac_affine (W eta) zerov y => /(congr1 (fun A => A i j)).
have dL u : partial L ord0 u = u ord0 - / 2.
  by apply: is_derive_unique; rewrite /L /upd eqxx; auto_derive => //; field.
have dh y : partial (comp half_square ord0) ord0 y = y ord0.
  by apply: is_derive_unique; rewrite /comp /half_square /upd /=; auto_derive => //; field.
have hz a : half_square z a = / 2 by rewrite /half_square /z /kron /=; ring.
exists L, z, theta, v; split; first by move=> a; exact: hC.
split; first exact: LC.
split.
  apply: filter_forall => y; apply: functional_extensionality => i.
  rewrite /rotation /zerov cos_0 sin_0; case: eqP => [->|ne]; first by ring.
  have -> : i = ord_max by apply: val_inj; case: i ne => [[|[|m]] mi] // ne; case: ne; apply: val_inj.
  by ring.
split.
  apply: filter_forall => eta i j; apply: C1_ex.
  by apply: C1_ext_near (C2_C1 (C2_affine (W eta) zerov z i)); apply: filter_forall => y; rewrite aff.
split.
  move=> i j; apply: (cont_ext_near (f := fun eta => W eta i j)).
    by apply: filter_forall => eta; rewrite /jac D.
  have lift s : ex_derive s 0 -> cont (fun eta : vec 1 => s (eta ord0)) zerov.
    by move=> e; apply: (cont_lift (s := s)); apply: ex_derive_continuous.
  rewrite /W; case: (i == ord0); case: (j == ord0); first [apply: (lift cos) | apply: (lift sin) | apply: (lift (fun t => - sin t))];
    by auto_derive.
split.
  apply: filter_forall => eta; apply: filter_forall => y; apply: functional_extensionality => a.
  by rewrite /half_square /rotation /=; have := sin2_cos2 (eta ord0); rewrite /Rsqr => e; nra.
split=> //; split; first by move=> q; exact: continuous_id.
split.
  move=> i; rewrite /rotation /theta /v /z /kron /= eq_sym.
  have [->|ne] := eqVneq i ord0; first by auto_derive => //; rewrite ?cos_0 ?sin_0 /=; ring.
  have -> : i = ord_max by apply: val_inj; case: i ne => [[|[|m]] mi].
  by rewrite eqxx; auto_derive => //; rewrite ?cos_0 ?sin_0 /=; ring.
split.
  apply: functional_extensionality => i; rewrite /mulv big_ord_recl big_ord0 /grad dL hz /zerov; ring.
split.
  by move=> /(congr1 (fun v => v ord_max)); rewrite /v /kron eqxx /zerov; lra.
rewrite effective_split; [|by move=> a; exact: hC|exact: LC].
rewrite /addm /gauss_newton /interaction /mulm /tr !big_ord_recl !big_ord0 /jac dh /grad dL hz /hess.
rewrite (partial_ext (g := fun u => u ord0 + - / 2)) //.
rewrite -(near_point (near_partial_plus ord0 (C1_coord ord0 (half_square z)) (C1_const (- / 2) (half_square z)))) partial_coord partial_const.
by rewrite /kron /z eqxx /kron eqxx; ring.
Qed.
