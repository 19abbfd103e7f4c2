(** The length of an orbit bounds the distance between the images of its points. *)
From Coq Require Import Reals Lra Psatz FunctionalExtensionality.
From mathcomp Require Import ssreflect ssrfun ssrbool eqtype ssrnat seq fintype bigop.
From Coquelicot Require Import Coquelicot.
From Geometry Require Import vectors jets chain pullback smooth symmetry intervals curves.
From Geometry.prop52 Require Import converse.
Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Open Scope R_scope.

Section Continuity.
Variables (d : nat) (gamma : R -> vec d) (a b : R).
Hypothesis gC : C1_curve gamma a b.

Lemma curve_velocity t : a <= t <= b -> has_velocity gamma t (velocity gamma t).
Proof. by move=> tb i; apply: Derive_correct; case: (gC i tb). Qed.

Lemma continuous_sum m (F : 'I_m -> R -> R) t : (forall i, continuous (F i) t) ->
  continuous (fun s => \sum_(i < m) F i s) t.
Proof.
elim: m F => [|m IH] F H.
  apply: (continuous_ext (fun=> 0)) => [s|]; [by rewrite big_ord0 | exact: continuous_const].
apply: (continuous_ext (fun s => F ord0 s + \sum_(i < m) F (lift ord0 i) s)).
  by move=> s; rewrite [RHS]big_ord_recl.
by apply: (continuous_plus (F ord0)) => //; apply: IH.
Qed.

Lemma continuous_curve (f : vec d -> R) t : a <= t <= b -> cont f (gamma t) -> continuous (fun s => f (gamma s)) t.
Proof. by move=> tb c P H; apply: (curve_near (velocity_cont (curve_velocity tb)) (c P H)). Qed.

Lemma continuous_speed t : a <= t <= b -> continuous (fun s => len (velocity gamma s)) t.
Proof.
move=> tb; apply: (continuous_comp (fun s => dot (velocity gamma s) (velocity gamma s)) sqrt).
  by apply: continuous_sum => i; apply: (continuous_mult (fun s => velocity gamma s i)); case: (gC i tb).
by apply/continuity_pt_filterlim; apply: continuity_pt_sqrt; exact: dot_ge0.
Qed.

Lemma ex_speed s t : a <= s -> s <= t -> t <= b -> ex_RInt (fun r => len (velocity gamma r)) s t.
Proof.
move=> as_ st tb; apply: ex_RInt_continuous => r; rewrite Rmin_left // Rmax_right // => rb.
by apply: continuous_speed; lra.
Qed.
End Continuity.

Lemma C1_curve_sub d (gamma : R -> vec d) a b s t : C1_curve gamma a b -> a <= s -> t <= b -> C1_curve gamma s t.
Proof. by move=> gC as_ tb r i rb; apply: gC; lra. Qed.

(** Let [gamma] be a C^1 curve on [[a, b]], [h] a C^1 map along it, and [|J_h v| <= delta |v|] for its velocity
    [v] at every time.  Then its ends are mapped at most [delta] times its length apart. *)
Theorem part_spread_length (d k : nat) (h : vec d -> vec k) (gamma : R -> vec d) (a b delta : R) :
  a <= b -> C1_curve gamma a b ->
  (forall t, a <= t <= b -> C1map h (gamma t)) ->
  (forall t, a <= t <= b ->
     len (mulv (jac h (gamma t)) (velocity gamma t)) <= delta * len (velocity gamma t)) ->
  len (subv (h (gamma b)) (h (gamma a))) <= delta * curve_length gamma a b.
Proof.
move=> ab gC hC bound; set w := subv _ _.
pose g t := dot w (h (gamma t)); pose dg t := dot w (mulv (jac h (gamma t)) (velocity gamma t)).
have D t : a <= t <= b -> is_derive g t (dg t).
  move=> tb; apply: is_derive_sum => p; apply: is_derive_scal.
  exact: (chain_rule (hC t tb p) (curve_velocity gC tb)).
have dgC t : a <= t <= b -> continuous dg t.
  move=> tb; apply: continuous_sum => p; apply: (continuous_mult (fun=> w p)); first exact: continuous_const.
  apply: continuous_sum => i; apply: (continuous_mult (fun s => jac h (gamma s) p i)).
    apply: (continuous_curve gC (f := fun y => jac h y p i) tb); apply: C1_cont_partial; exact: hC.
  by case: (gC t i tb).
have I : is_RInt dg a b (g b - g a).
  by apply: is_RInt_derive => t; rewrite Rmin_left // Rmax_right //; [exact: D | exact: dgC].
have gw : g b - g a = len w * len w by rewrite /g -dotBr len_sqr.
have ex := ex_speed gC (Rle_refl a) ab (Rle_refl b).
have scal c : RInt (fun t => c * len (velocity gamma t)) a b = c * curve_length gamma a b by apply: (RInt_scal _ _ _ c).
have exs c : ex_RInt (fun t => c * len (velocity gamma t)) a b by apply: (ex_RInt_scal _ _ _ c).
have E : len w * len w <= len w * delta * curve_length gamma a b.
  rewrite -gw -(is_RInt_unique _ _ _ _ I) -scal; apply: RInt_le => //; first by exists (g b - g a).
  move=> t tb; apply: Rle_trans (cauchy_schwarz _ _) _; rewrite Rmult_assoc.
  by apply: Rmult_le_compat_l (len_ge0 w) _; apply: bound; lra.
have [w0|wn] := Req_dec (len w) 0.
  rewrite w0 -scal; apply: RInt_ge_0 => // t tb.
  by apply: Rle_trans (len_ge0 _) (bound t _); lra.
apply: (Rmult_le_reg_l (len w)); first by have := len_ge0 w; lra.
lra.
Qed.

(** If moreover the curve is closed, two of its points are mapped at most [delta] times half its length apart. *)
Theorem part_spread_closed (d k : nat) (h : vec d -> vec k) (gamma : R -> vec d) (a b delta s t : R) :
  gamma a = gamma b -> C1_curve gamma a b ->
  (forall r, a <= r <= b -> C1map h (gamma r)) ->
  (forall r, a <= r <= b ->
     len (mulv (jac h (gamma r)) (velocity gamma r)) <= delta * len (velocity gamma r)) ->
  a <= s -> s <= t -> t <= b ->
  len (subv (h (gamma t)) (h (gamma s))) <= delta * curve_length gamma a b / 2.
Proof.
move=> closed gC hC bound as_ st tb.
have piece x y : a <= x -> x <= y -> y <= b ->
    len (subv (h (gamma y)) (h (gamma x))) <= delta * curve_length gamma x y.
  move=> ax xy yb; apply: part_spread_length => //; first exact: C1_curve_sub gC ax yb.
    by move=> r rb; apply: hC; lra.
  by move=> r rb; apply: bound; lra.
have p1 := piece a s (Rle_refl a) as_ (Rle_trans _ _ _ st tb).
have p2 := piece s t as_ st tb.
have p3 := piece t b (Rle_trans _ _ _ as_ st) tb (Rle_refl b).
have L : curve_length gamma a b = curve_length gamma a s + curve_length gamma s t + curve_length gamma t b.
  rewrite /curve_length -(RInt_Chasles _ a t b) -?(RInt_Chasles _ a s t) //; apply: (ex_speed gC); lra.
have T : len (subv (h (gamma t)) (h (gamma s))) <=
    len (subv (h (gamma s)) (h (gamma a))) + len (subv (h (gamma b)) (h (gamma t))).
  apply: Rle_trans _ (len_triangle _ _).
  rewrite closed (_ : subv (h (gamma t)) (h (gamma s)) = scalev (-1)
    (addv (subv (h (gamma s)) (h (gamma b))) (subv (h (gamma b)) (h (gamma t))))).
    by rewrite lenZ Rabs_Ropp Rabs_R1; lra.
  by apply: functional_extensionality => i; rewrite /scalev /addv /subv; ring.
rewrite L; lra.
Qed.

(** The bound for the ends is attained, for every length [l >= 0] and [delta >= 0], by the head
    [h(z) = delta z] and the segment [gamma(t) = t] on [[0, l]]; so the hypotheses are met. *)
Lemma part_spread_length_attained (delta l : R) : 0 <= delta -> 0 <= l ->
  exists (h : vec 1 -> vec 1) (gamma : R -> vec 1),
    C1_curve gamma 0 l
    /\ (forall t, 0 <= t <= l -> C1map h (gamma t))
    /\ (forall t, 0 <= t <= l ->
          len (mulv (jac h (gamma t)) (velocity gamma t)) <= delta * len (velocity gamma t))
    /\ curve_length gamma 0 l = l
    /\ len (subv (h (gamma l)) (h (gamma 0))) = delta * l.
Proof.
move=> d0 l0; exists (affine (fun _ _ => delta) zerov), (fun t _ => t).
have V t : velocity (fun t (_ : 'I_1) => t) t = fun=> 1.
  by apply: functional_extensionality => i; exact: Derive_id.
have one c : len (fun _ : 'I_1 => c) = Rabs c.
  by rewrite /len /dot big_ord_recl big_ord0 /= Rplus_0_r -/(Rsqr c) sqrt_Rsqr_abs.
split.
  move=> t i _; split; first exact: ex_derive_id.
  by apply: (continuous_ext (fun=> 1)); [move=> s; rewrite Derive_id | exact: continuous_const].
split; first by move=> t _; apply: C2map_C1map; exact: C2_affine.
split.
  move=> t _; rewrite jac_affine V one Rabs_R1 Rmult_1_r (_ : mulv _ _ = fun=> delta).
    by rewrite one Rabs_pos_eq //; lra.
  by apply: functional_extensionality => i; rewrite /mulv big_ord_recl big_ord0 /=; ring.
split.
  rewrite /curve_length (RInt_ext _ (fun=> 1)); first by rewrite RInt_const /scal /= /mult /=; ring.
  by move=> t _; rewrite V one Rabs_R1.
rewrite (_ : subv _ _ = fun=> delta * l); first by rewrite one Rabs_pos_eq //; apply: Rmult_le_pos.
by apply: functional_extensionality => i; rewrite /subv /affine /addv /mulv /zerov !big_ord_recl !big_ord0 /=; ring.
Qed.

(** The bound for closed curves is attained, for every length [l >= 0] and [delta >= 0], by [h(z) = delta z] and
    the curve [gamma(t) = (l/2) t^2] on [[-1, 1]], which runs along a segment and back. *)
Lemma part_spread_closed_attained (delta l : R) : 0 <= delta -> 0 <= l ->
  exists (h : vec 1 -> vec 1) (gamma : R -> vec 1),
    gamma (-1) = gamma 1 /\ C1_curve gamma (-1) 1
    /\ (forall t, -1 <= t <= 1 -> C1map h (gamma t))
    /\ (forall t, -1 <= t <= 1 ->
          len (mulv (jac h (gamma t)) (velocity gamma t)) <= delta * len (velocity gamma t))
    /\ curve_length gamma (-1) 1 = l
    /\ len (subv (h (gamma 1)) (h (gamma 0))) = delta * l / 2.
Proof.
move=> d0 l0; pose gamma (t : R) : vec 1 := fun=> l / 2 * (t * t).
exists (affine (fun _ _ => delta) zerov), gamma.
have D i t : is_derive (fun s => gamma s i) t (l * t) by rewrite /gamma; auto_derive => //; field.
have V t : velocity gamma t = fun=> l * t.
  by apply: functional_extensionality => i; apply: is_derive_unique; exact: D.
have one c : len (fun _ : 'I_1 => c) = Rabs c.
  by rewrite /len /dot big_ord_recl big_ord0 /= Rplus_0_r -/(Rsqr c) sqrt_Rsqr_abs.
split; first by apply: functional_extensionality => i; rewrite /gamma; ring.
split.
  move=> t i _; split; first by exists (l * t).
  apply: (continuous_ext (fun s => l * s)); first by move=> s; rewrite (is_derive_unique _ _ _ (D i s)).
  by apply: ex_derive_continuous; auto_derive.
split; first by move=> t _; apply: C2map_C1map; exact: C2_affine.
split.
  move=> t _; rewrite jac_affine V one (_ : mulv _ _ = fun=> delta * (l * t)).
    by rewrite one Rabs_mult (Rabs_pos_eq delta) //; lra.
  by apply: functional_extensionality => i; rewrite /mulv big_ord_recl big_ord0 /=; ring.
split.
  have A x y c : (forall t, Rmin x y < t < Rmax x y -> Rabs (l * t) = c * t) ->
      is_RInt (fun t => len (velocity gamma t)) x y (c / 2 * (y * y) - c / 2 * (x * x)).
    move=> H; apply: (is_RInt_ext (fun t => c * t)) => [t tb|]; first by rewrite V one H.
    apply: (is_RInt_derive (fun t => c / 2 * (t * t))) => t _; first by auto_derive => //; field.
    by apply: ex_derive_continuous; auto_derive.
  have A1 := A (-1) 0 (- l); have A2 := A 0 1 l.
  rewrite /curve_length; apply: is_RInt_unique.
  have := is_RInt_Chasles _ (-1) 0 1 _ _ (A1 _) (A2 _).
  have -> : plus (- l / 2 * (0 * 0) - - l / 2 * (-1 * -1)) (l / 2 * (1 * 1) - l / 2 * (0 * 0)) = l.
    by rewrite /plus /=; field.
  apply=> t; rewrite ?Rmin_left ?Rmax_right; try lra; move=> tb.
    by rewrite Rabs_mult (Rabs_pos_eq l) // Rabs_left; lra.
  by rewrite Rabs_mult (Rabs_pos_eq l) // Rabs_pos_eq; lra.
rewrite (_ : subv _ _ = fun=> delta * (l / 2)).
  by rewrite one Rabs_pos_eq; [field | apply: Rmult_le_pos; lra].
apply: functional_extensionality => i.
by rewrite /subv /affine /addv /mulv /zerov /gamma !big_ord_recl !big_ord0 /=; field.
Qed.
