(** What isotropy along a trajectory forces, and how far the loss must oscillate. *)
From Coq Require Import Reals Lra Psatz FunctionalExtensionality.
From mathcomp Require Import ssreflect ssrfun ssrbool eqtype ssrnat seq fintype bigop.
From Coquelicot Require Import Coquelicot.
From Geometry Require Import vectors jets chain pullback smooth symmetry intervals.
Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Open Scope R_scope.

(** The matrix [c I]. *)
Definition scalar_mat (d : nat) (c : R) : mat d d := fun i j => kron i j * c.
Arguments scalar_mat : clear implicits.
(** The spectral norm of the matrix [A] is at most [e]: [|A v| <= e |v|] for all [v]. *)
Definition norm_le (m n : nat) (A : mat m n) (e : R) : Prop := forall v, len (mulv A v) <= e * len v.

Lemma mulv_scalar d c (v : vec d) : mulv (scalar_mat d c) v = scalev c v.
Proof.
apply: functional_extensionality => i; rewrite /mulv /scalar_mat /scalev.
by rewrite (eq_sum (G := fun j => kron i j * (c * v j))) ?sum_kron // => j; ring.
Qed.

(** Let [gamma] be a curve that is differentiable at the times of an interval [I] (which is not empty), let the head and the loss be
    C^2 along it, and let [H_eff = c I] along it with a constant [c > 0].  Then there are [z0] and a constant
    [const] with [L(h(gamma)) = (c/2) |gamma - z0|^2 + const] on [I]. *)
Theorem part_identity_necessary (d k : nat) (L : vec k -> R) (h : vec d -> vec k) (gamma : R -> vec d)
    (I : R -> Prop) (t0 c : R) :
  interval I -> I t0 -> 0 < c ->
  (forall t, I t -> C2map h (gamma t) /\ C2 L (h (gamma t)) /\ has_velocity gamma t (velocity gamma t)) ->
  (forall t, I t -> effective L h (gamma t) = scalar_mat d c) ->
  exists (z0 : vec d) (const : R), forall t, I t ->
    L (h (gamma t)) = c / 2 * dot (subv (gamma t) z0) (subv (gamma t) z0) + const.
Proof.
move=> Iint It0 c0 reg iso; pose f w := L (h w).
have fC t : I t -> C2 f (gamma t) by move=> /reg [hC [LC _]]; apply: C2_comp.
pose g i t := grad f (gamma t) i - c * gamma t i.
have gconst i t : I t -> g i t = g i t0.
  move=> It; apply: (constant_interval Iint) => // s Is; have [_ [_ vel]] := reg s Is.
  have := is_derive_minus _ _ _ _ _ (is_derive_grad i (fC s Is) vel) (is_derive_scal _ _ c _ (vel i)).
  have -> : minus (mulv (hess f (gamma s)) (velocity gamma s) i) (c * velocity gamma s i) = 0.
    by rewrite -/(effective L h (gamma s)) iso // mulv_scalar /scalev /minus /plus /opp /=; ring.
  exact: id.
pose z0 : vec d := fun i => - g i t0 / c.
have gradE t i : I t -> grad f (gamma t) i = c * (gamma t i - z0 i).
  by move=> It; have := gconst i t It; rewrite /z0 /g => e; field_simplify; lra.
exists z0, (f (gamma t0) - c / 2 * dot (subv (gamma t0) z0) (subv (gamma t0) z0)) => t It.
pose q t := f (gamma t) - c / 2 * dot (subv (gamma t) z0) (subv (gamma t) z0).
suff : q t = q t0 by rewrite /q /f; lra.
apply: (constant_interval Iint) => // s Is; have [_ [_ vel]] := reg s Is.
have D1 := chain_rule (C2_C1 (fC s Is)) vel.
have D2 : is_derive (fun r => dot (subv (gamma r) z0) (subv (gamma r) z0)) s
    (\sum_(i < d) (2 * (gamma s i - z0 i) * velocity gamma s i)).
  apply: is_derive_sum => i; rewrite /subv.
  have D : is_derive (fun r => gamma r i - z0 i) s (velocity gamma s i).
    by rewrite -[velocity gamma s i]Rminus_0_r; apply: (is_derive_minus (fun r => gamma r i)); [exact: vel | exact: is_derive_const].
  have := is_derive_mult _ _ _ _ _ D D Rmult_comm; rewrite /plus /mult /= => E.
  have -> : 2 * (gamma s i - z0 i) * velocity gamma s i =
    velocity gamma s i * (gamma s i - z0 i) + (gamma s i - z0 i) * velocity gamma s i by ring.
  exact: E.
have := is_derive_minus _ _ _ _ _ D1 (is_derive_scal _ _ (c / 2) _ D2).
rewrite (_ : minus _ _ = 0) //; rewrite /minus /plus /opp /scal /= /mult /= mulr_sum -sumN /dot -sumD.
by rewrite -[RHS](sum0 d); apply: eq_sum => i; rewrite gradE //; field.
Qed.

(** The segment from [a] in the direction [e]. *)
Definition segment (d : nat) (a e : vec d) (t : R) : vec d := addv a (scalev t e).

Lemma segment_velocity d (a e : vec d) t : has_acceleration (segment a e) t e zerov.
Proof.
have D i s : is_derive (fun r => segment a e r i) s (e i).
  by rewrite /segment /addv /scalev; auto_derive => //; ring.
split; first by apply: filter_forall => s i; exists (e i).
split=> i //; apply: (is_derive_ext (fun=> e i)); last exact: is_derive_const.
by move=> s; rewrite (is_derive_unique _ _ _ (D i s)).
Qed.

Lemma segment0 d (a e : vec d) : segment a e 0 = a.
Proof. by apply: functional_extensionality => i; rewrite /segment /addv /scalev; ring. Qed.

Lemma segment1 d (a b : vec d) : segment a (subv b a) 1 = b.
Proof. by apply: functional_extensionality => i; rewrite /segment /addv /scalev /subv; ring. Qed.

Lemma velocity_segment d (a e : vec d) t : velocity (segment a e) t = e.
Proof.
by apply: functional_extensionality => i; apply: is_derive_unique; case: (segment_velocity a e t) => _ [].
Qed.

(** A C^2 function on a line: its slope, and its curvature, which is continuous. *)
Section Line.
Variables (k : nat) (L : vec k -> R).
Hypothesis LC : forall u, C2 L u.
Variables (x e : vec k).

Let phi s := L (segment x e s).
Let dphi s := dot (grad L (segment x e s)) e.
Let ddphi s := form (hess L (segment x e s)) e e.

Lemma slope_is s : is_derive phi s (dphi s).
Proof. by apply: chain_rule; [exact: C2_C1 | case: (segment_velocity x e s) => _ []]. Qed.

Lemma curvature_is s : is_derive dphi s (ddphi s).
Proof.
have [_] := second_derivative (LC (segment x e s)) (segment_velocity x e s).
by rewrite dot0r Rplus_0_r; apply: is_derive_ext => r; rewrite velocity_segment.
Qed.

Lemma curvature_continuous s : continuous ddphi s.
Proof.
have cH : cont (fun u => form (hess L u) e e) (segment x e s).
  apply: cont_sum => i; apply: cont_mult; first exact: cont_const.
  apply: cont_sum => j; apply: cont_mult; last exact: cont_const.
  by apply: C1_cont_partial; case: (LC (segment x e s)).
move=> P HP; have [_ [gv _]] := segment_velocity x e s.
exact: (curve_near (velocity_cont gv) (cH P HP)).
Qed.
End Line.

(** A C^2 function that is not constant rises somewhere along a line. *)
Lemma rises_somewhere k (L : vec k -> R) : (forall u, C2 L u) -> (exists x y, L x <> L y) ->
  exists (x e : vec k) s, 0 < dot (grad L (segment x e s)) e.
Proof.
move=> LC [x0 [y0 xy0]].
have [x [y xy]] : exists x y, L x < L y.
  by have [lt|[//|gt]] := Rtotal_order (L x0) (L y0); [exists x0, y0 | exists y0, x0].
have [s [_ ms]] := mean_value (I := fun=> True) (fun _ _ _ _ _ _ => Logic.I)
  (fun t _ => slope_is LC x (subv y x) t) Logic.I Logic.I Rle_0_1.
by exists x, (subv y x), s; move: ms; rewrite segment0 segment1; lra.
Qed.

(** On a straight segment of length [l] let [|H_eff / c - I| <= epsilon] in the spectral norm, with [c > 0];
    head and loss are C^2 along it.  If [inf L >= low] and [sup L <= high], then
    [(1 - epsilon) c l^2 / 8 <= high - low].  (So it is at most [sup L - inf L]; there is nothing to prove
    where that is infinite.) *)
Theorem part_identity_oscillation (d k : nat) (L : vec k -> R) (h : vec d -> vec k) (a e : vec d)
    (l c epsilon low high : R) :
  len e = 1 -> 0 <= l -> 0 < c ->
  (forall t, 0 <= t <= l -> C2map h (segment a e t) /\ C2 L (h (segment a e t))) ->
  (forall t, 0 <= t <= l ->
     norm_le (fun i j => effective L h (segment a e t) i j / c - kron i j) epsilon) ->
  (forall t, 0 <= t <= l -> low <= L (h (segment a e t)) <= high) ->
  (1 - epsilon) * c * (l * l) / 8 <= high - low.
Proof.
move=> e1 l0 c0 reg iso bounds; pose f w := L (h w).
have fC t : 0 <= t <= l -> C2 f (segment a e t) by move=> /reg [hC LC]; apply: C2_comp.
have SD t tb := second_derivative (fC t tb) (segment_velocity a e t).
have vel t := velocity_segment a e t.
have low2 t : 0 <= t <= l -> (1 - epsilon) * c <= form (hess f (segment a e t)) e e.
  move=> tb; have := iso t tb e; rewrite e1 Rmult_1_r; set A := (fun i j => _) => nA.
  have := cauchy_schwarz_abs e (mulv A e); rewrite e1 Rmult_1_l => /Rabs_le_between cs.
  have E : dot e (mulv A e) = form (hess f (segment a e t)) e e / c - 1.
    rewrite /form (_ : mulv A e = subv (scalev (/ c) (mulv (hess f (segment a e t)) e)) e).
      by rewrite dotBr dotZr -(len_sqr e) e1; field; lra.
    apply: functional_extensionality => i; rewrite /mulv /subv /scalev /A mulr_sum -[in RHS](sum_kron i e) -sumB.
    by apply: eq_sum => j; rewrite -/(effective L h (segment a e t)); field; lra.
  have := cs.1; rewrite E => {}cs.
  have : - epsilon <= form (hess f (segment a e t)) e e / c - 1 by lra.
  move=> /(Rmult_le_compat_l c _ _ (Rlt_le _ _ c0)).
  have -> : c * (form (hess f (segment a e t)) e e / c - 1) = form (hess f (segment a e t)) e e - c by field; lra.
  lra.
have := midpoint l0 (g := fun t => f (segment a e t))
  (dg := fun t => dot (grad f (segment a e t)) (velocity (segment a e) t))
  (ddg := fun t => form (hess f (segment a e t)) e e) (m := (1 - epsilon) * c).
case=> //.
- by move=> t tb; case: (SD t tb) => /locally_singleton.
- by move=> t tb; case: (SD t tb) => _; rewrite dot0r Rplus_0_r.
- have b0 := bounds 0; have b1 := bounds l; have b2 := bounds (l / 2); move: b0 b1 b2; rewrite /f; lra.
- have b0 := bounds 0; have b1 := bounds l; have b2 := bounds (l / 2); move: b0 b1 b2; rewrite /f; lra.
Qed.
