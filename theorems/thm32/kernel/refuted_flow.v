(** Theorem 3.2 where the trajectory is the gradient flow of the same head: half a circle is none, a straight path is one. *)
From Coq Require Import Reals Lra Psatz FunctionalExtensionality.
From mathcomp Require Import ssreflect ssrfun ssrbool eqtype ssrnat seq fintype bigop.
From Coquelicot Require Import Coquelicot.
From Geometry Require Import vectors jets chain pullback smooth symmetry intervals quadratic real_functions.
From Geometry.thm32 Require Import necessary exact flow refuted_isotropy.
Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Open Scope R_scope.

(** The trajectory [gamma] on [[0, T]] is run through by a gradient flow of [f] from its start to its end in finite time, at whatever speed. *)
Definition flows_along (d : nat) (f : vec d -> R) (gamma : R -> vec d) (T : R) : Prop :=
  exists (z : R -> vec d) (S : R) (sigma : R -> R),
  [/\ 0 < S, gradient_flow f z S, sigma 0 = 0 /\ sigma S = T
    & forall s, 0 <= s <= S -> 0 <= sigma s <= T /\ z s = gamma (sigma s)].

(** The sentence of reading `own-flow`, even with every C^2 map as a head: for every eps > 0 there are a head and a
    factor [c > 0] with |H_eff / c - I| <= eps along gamma, and gamma is a path of the gradient flow of L o h. *)
Definition sentence_own_flow : Prop :=
  forall (d k : nat) (L : vec k -> R) (gamma : R -> vec d) (T : R),
  trajectory gamma T -> (forall u, C2 L u) -> nonconstant L ->
  forall eps, 0 < eps -> exists (h : vec d -> vec k) (c : R), [/\ forall z, C2map h z, 0 < c,
    forall t, 0 <= t <= T -> isotropic_up_to (effective L h (gamma t)) c eps
    & flows_along (fun z => L (h z)) gamma T].

(** The unit circle. *)
Definition circle (t : R) : vec 2 := vec2 (cos t) (sin t).

Lemma trigonometric_derivatives (f : R -> R) a b : (forall t, f t = a * cos t + b * sin t) ->
  forall n t, ex_derive_n f n t.
Proof.
move=> fE; have E n : exists a b, forall t, Derive_n f n t = a * cos t + b * sin t.
  elim: n => [|n [a' [b' IH]]]; first by exists a, b.
  exists b', (- a') => t; rewrite /= (Derive_ext _ _ _ IH); apply: is_derive_unique.
  by auto_derive => //; ring.
case=> [//|n] t; have [a' [b' D]] := E n; apply: (ex_derive_ext (fun t => a' * cos t + b' * sin t)) => [s|].
  by rewrite D.
by auto_derive.
Qed.

Lemma half_circle_trajectory : trajectory circle PI.
Proof.
split; first exact: PI_RGT_0.
split.
- apply: all2; apply: trigonometric_derivatives => t; rewrite /circle /vec2 /=.
    by instantiate (1 := 0); instantiate (1 := 1); ring.
  by instantiate (1 := 1); instantiate (1 := 0); ring.
- move=> t _; have [z|n] := Req_dec (sin t) 0; [exists second | exists first].
    have -> : Derive (fun s => circle s second) t = cos t.
      by apply: is_derive_unique; rewrite /circle /vec2 /=; auto_derive => //; ring.
    by move=> c; have := sin2_cos2 t; rewrite /Rsqr z c; lra.
  have -> : Derive (fun s => circle s first) t = - sin t.
    by apply: is_derive_unique; rewrite /circle /vec2 /=; auto_derive => //; ring.
  by lra.
- by move=> s t sb tb /(at_index first); rewrite /circle /vec2 /=; exact: cos_inj.
Qed.

(** The counterexample to `own-flow`, with eps = 1/2: half a circle of radius 1, behind every C^2 loss: an arc that a
    flow runs through is at most 1 long, and its ends are 2 apart. *)
Theorem own_flow_counterexample :
  trajectory circle PI /\
  forall (k : nat) (L : vec k -> R) (h : vec 2 -> vec k) (c : R), (forall u, C2 L u) -> (forall z, C2map h z) -> 0 < c ->
    (forall t, 0 <= t <= PI -> isotropic_up_to (effective L h (circle t)) c (1 / 2)) ->
    ~ flows_along (fun z => L (h z)) circle PI.
Proof.
split; first exact: half_circle_trajectory.
move=> k L h c LC hC c0 iso [z [S [sigma [S0 fl [s0 sS] on]]]].
have zero : 0 <= 0 <= S by lra.
have last : 0 <= S <= S by lra.
have smooth t : 0 <= t <= S -> C2map h (z t) /\ C2 L (h (z t)) by move=> _; split; [exact: hC | exact: LC].
have iso' t : 0 <= t <= S -> isotropic_up_to (effective L h (z t)) c (1 / 2).
  by move=> ts; have [tb ->] := on t ts; exact: iso.
have sphere t : 0 <= t <= S -> len (subv (z t) zerov) = 1.
  move=> ts; have [_ ->] := on t ts; rewrite /len -sqrt_1; congr sqrt; rewrite /dot sum2 /subv /zerov /circle /vec2 /=.
  by have := sin2_cos2 (sigma t); rewrite /Rsqr; lra.
have e1 : 1 / 2 < 1 by lra.
have e0 : 0 <= 1 / 2 by lra.
have := flow_chord smooth fl c0 iso' S0 e1 Rle_0_1 e0 sphere.
have -> : subv (z S) (z 0) = scalev (-2) (vec2 1 0).
  rewrite (proj2 (on 0 zero)) (proj2 (on S last)) s0 sS /circle cos_0 sin_0 cos_PI sin_PI.
  by apply: functional_extensionality; apply: all2; rewrite /subv /scalev /vec2 /=; ring.
rewrite lenZ len_vec2 Rabs_left; last by lra.
have -> : 1 / 2 * 1 / (1 - 1 / 2) = 1 by field.
lra.
Qed.

(** Reading `own-flow` is refuted. *)
Theorem refuted_own_flow : ~ sentence_own_flow.
Proof.
move=> S; have [tr no] := own_flow_counterexample.
have nc : nonconstant parabola by exists (vec1 0), (vec1 1); rewrite /parabola /vec1 /=; lra.
have c2 u : C2 parabola u by exact: known_C2 (near_all _ parabola_known).
have [|h [c [hC c0 iso fl]]] := S _ _ _ _ _ tr c2 nc (1 / 2); first lra.
exact: no c2 hC c0 iso fl.
Qed.

(** Straight paths are run through, exactly, behind every loss that is not constant: for every point x there are a head and a
    factor with H_eff = c I along z(t) = exp(- c t) x, the gradient flow of L o h from x. *)
Theorem part_flow_straight (d k : nat) (L : vec k -> R) (x : vec d) :
  (forall u, C2 L u) -> nonconstant L ->
  exists (h : vec d -> vec k) (c : R), 0 < c /\ let z t := scalev (exp (- (c * t))) x in
    forall T, gradient_flow (fun w => L (h w)) z T /\
    forall t, 0 <= t <= T -> [/\ C2map h (z t), C2 L (h (z t)) & isotropic_up_to (effective L h (z t)) c 0].
Proof.
move=> LC nc; have R0 : 0 < len x + 1 by have := len_ge0 x; lra.
have [c [u0 [e [h [c0 H]]]]] := part_exact d LC nc R0; exists h, c; split=> // z T.
have inside t : 0 <= t -> len (z t) < len x + 1.
  move=> t0; rewrite /z lenZ Rabs_pos_eq; last by apply: Rlt_le; exact: exp_pos.
  have e1 : exp (- (c * t)) <= 1.
    rewrite -exp_0; have ct : 0 <= c * t by apply: Rmult_le_pos; lra.
    by have [lt|<-] := ct; [apply: Rlt_le; apply: exp_increasing; lra | rewrite Ropp_0; lra].
  by have := Rmult_le_compat_r _ _ _ (len_ge0 x) e1; lra.
have vel t : has_velocity z t (scalev (- c) (z t)).
  by move=> i; rewrite /z /scalev; auto_derive => //; ring.
have close (y : vec d) : len y < len x + 1 -> near y (fun w => len w < len x + 1).
  move=> yb; have cl : cont (fun v : vec d => len v * len v) y.
    apply: (cont_ext_near (f := fun v => dot v v)); first by apply: near_all => v; rewrite len_sqr.
    by apply: C1_cont; apply: C1_sum => i; apply: C1_mult; exact: C1_coord.
  have p : 0 < (len x + 1) * (len x + 1) - len y * len y.
    have := Rmult_le_0_lt_compat _ _ _ _ (len_ge0 y) (len_ge0 y) yb yb; lra.
  have := cl _ (locally_ball (len y * len y : R_UniformSpace) (mkposreal _ p)).
  apply: near_imp => v; rewrite /ball /= /AbsRing_ball /abs /minus /plus /opp /= => /Rabs_def2 [vb _].
  apply: Rnot_le_lt => le; have := Rmult_le_compat _ _ _ _ (Rlt_le _ _ R0) (Rlt_le _ _ R0) le le; lra.
have G y : len y < len x + 1 -> grad (fun w => L (h w)) y = scalev c y.
  move=> yb; apply: functional_extensionality => i; rewrite /grad.
  have E : near y (fun w => L (h w) = bowl c zerov w + L u0).
    apply: near_imp (close y yb) => w wb; have [[s [_ ->]] _] := H w wb.
    rewrite /bowl (_ : subv w zerov = w) ; first by ring.
    by apply: functional_extensionality => j; rewrite /subv /zerov; ring.
  rewrite (partial_ext_near i E) -(near_point (near_partial_plus i (C2_C1 (bowl_C2 c zerov y)) (C1_const (L u0) y))).
  by rewrite partial_const partial_bowl /scalev /zerov; ring.
split.
  move=> t [t0 _]; have := curve_near (velocity_cont (vel t)) (close _ (inside t t0)).
  apply: filter_imp => s sb; rewrite G //.
  rewrite (_ : scalev (-1) _ = scalev (- c) (z s)); first exact: vel.
  by apply: functional_extensionality => i; rewrite /scalev; ring.
move=> t [t0 _]; have [_ [hC [E _]]] := H _ (inside t t0); split=> // v.
rewrite E (_ : mulv _ v = zerov) ?Rmult_0_l; first by rewrite /len dot0l sqrt_0; lra.
apply: functional_extensionality => i; rewrite /mulv /zerov -[RHS](sum0 d); apply: eq_sum => j.
by rewrite /scalar_mat; field; lra.
Qed.
