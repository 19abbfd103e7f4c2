(** Isotropy along the path of the gradient flow of the same head: the path hardly bends before it ends. *)
From Coq Require Import Reals Lra Psatz FunctionalExtensionality.
From mathcomp Require Import ssreflect ssrfun ssrbool eqtype ssrnat seq fintype bigop.
From Coquelicot Require Import Coquelicot.
From Geometry Require Import vectors jets chain pullback smooth symmetry intervals curves.
From Geometry.thm32 Require Import necessary.
Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Open Scope R_scope.

(** The curve [z] is a gradient flow of [f] on [[0, T]]: [z' = - grad f(z)] near each of these times. (Behind a C^2
    function a flow goes on for a while beyond its ends.) *)
Definition gradient_flow (d : nat) (f : vec d -> R) (z : R -> vec d) (T : R) : Prop :=
  forall t, 0 <= t <= T -> locally t (fun s => has_velocity z s (scalev (-1) (grad f (z s)))).

(** The matrix [A] is isotropic up to [epsilon] and the factor [c]: [|A / c - I| <= epsilon] in the spectral norm. *)
Definition isotropic_up_to (d : nat) (A : mat d d) (c epsilon : R) : Prop :=
  norm_le (fun i j => A i j / c - kron i j) epsilon.

(** The direction of the curve [z] at the time [t]: its velocity divided by the length of it. *)
Definition direction (d : nat) (z : R -> vec d) (t : R) : vec d := scalev (/ len (velocity z t)) (velocity z t).

(** What [H v] has besides [c v]. *)
Lemma isotropic_rest d (A : mat d d) c eps v : 0 < c -> isotropic_up_to A c eps ->
  len (subv (mulv A v) (scalev c v)) <= eps * c * len v.
Proof.
move=> c0 /(_ v); set B := (fun i j => _) => Bv.
rewrite (_ : subv _ _ = scalev c (mulv B v)).
  by rewrite lenZ Rabs_pos_eq; [have := Rmult_le_compat_l c _ _ (Rlt_le _ _ c0) Bv; lra | lra].
apply: functional_extensionality => i; rewrite /subv /scalev /mulv /B mulr_sum -[in LHS](sum_kron i v) mulr_sum -sumB.
by apply: eq_sum => j; field; lra.
Qed.

(** What a vector has across a unit vector is not longer than it. *)
Lemma across_le d (B tau : vec d) : dot tau tau = 1 -> len (subv B (scalev (dot tau B) tau)) <= len B.
Proof.
move=> tt; apply: Rsqr_incr_0; [|exact: len_ge0|exact: len_ge0].
rewrite /Rsqr !len_sqr dotBl !dotBr !dotZl !dotZr tt (dotC B tau).
by have := Rle_0_sqr (dot tau B); rewrite /Rsqr; lra.
Qed.

Section Flow.
Variables (d k : nat) (L : vec k -> R) (h : vec d -> vec k) (z : R -> vec d) (T : R).
Hypothesis smooth : forall t, 0 <= t <= T -> C2map h (z t) /\ C2 L (h (z t)).
Hypothesis flow : gradient_flow (fun w => L (h w)) z T.
Let f w := L (h w).
Let v := velocity z.
Let H t := effective L h (z t).

Lemma flow_velocity t : 0 <= t <= T -> has_velocity z t (v t).
Proof.
move=> tb; have /locally_singleton D := flow tb.
by move=> i; apply: Derive_correct; exists (scalev (-1) (grad f (z t)) i).
Qed.

Lemma flow_acceleration_at t i : 0 <= t <= T -> is_derive (fun s => v s i) t (- mulv (H t) (v t) i).
Proof.
move=> tb; have [hC LC] := smooth tb; have fC : C2 f (z t) by apply: C2_comp.
apply: (is_derive_ext_loc (fun s => - grad f (z s) i)).
  apply: filter_imp (flow tb) => s D; rewrite /v /velocity (is_derive_unique _ _ _ (D i)) /scalev.
  by ring_simplify.
by apply: is_derive_opp; apply: (is_derive_grad i fC (flow_velocity tb)).
Qed.

Let N t := dot (v t) (v t).

Lemma flow_square t : 0 <= t <= T -> is_derive N t (- (2 * dot (v t) (mulv (H t) (v t)))).
Proof.
move=> tb; rewrite (_ : - _ = \sum_(i < d) (- (2 * (v t i * mulv (H t) (v t) i)))).
  apply: is_derive_sum => i; have D := flow_acceleration_at i tb.
  have -> : - (2 * (v t i * mulv (H t) (v t) i)) = - mulv (H t) (v t) i * v t i + v t i * - mulv (H t) (v t) i by ring.
  exact: (is_derive_mult (fun s => v s i) (fun s => v s i) t _ _ D D Rmult_comm).
by rewrite sumN -mulr_sum.
Qed.

Variables (c epsilon : R).
Hypothesis c0 : 0 < c.
Hypothesis iso : forall t, 0 <= t <= T -> isotropic_up_to (H t) c epsilon.
Let a := (1 - epsilon) * c.

Lemma flow_form t : 0 <= t <= T -> a * N t <= dot (v t) (mulv (H t) (v t)).
Proof.
move=> tb; have r := isotropic_rest (v t) c0 (iso tb).
have := cauchy_schwarz_abs (v t) (subv (mulv (H t) (v t)) (scalev c (v t))).
rewrite dotBr dotZr => /Rabs_le_between [lo _].
have := Rmult_le_compat_l _ _ _ (len_ge0 (v t)) r.
by rewrite (_ : len (v t) * (epsilon * c * len (v t)) = epsilon * c * N t) /N ?/a; [lra | rewrite -len_sqr; ring].
Qed.

Lemma flow_speed_at t : 0 <= t <= T -> len (v t) <= len (v 0) * exp (- (a * t)).
Proof.
move=> tb; pose P s := - (N s * exp (2 * a * s)).
have D s : 0 <= s <= T -> is_derive P s (2 * exp (2 * a * s) * (dot (v s) (mulv (H s) (v s)) - a * N s)).
  move=> sb; rewrite (_ : 2 * _ * _ = - (- (2 * dot (v s) (mulv (H s) (v s))) * exp (2 * a * s) + N s * (2 * a * exp (2 * a * s)))); last by ring.
  apply: is_derive_opp.
  apply: (is_derive_mult N (fun s => exp (2 * a * s)) s _ _ (flow_square sb) _ Rmult_comm).
  by auto_derive => //; ring.
have : P 0 <= P t.
  apply: (increasing (@closed_interval 0 T) D); try lra.
  move=> s sb _; apply: Rmult_le_pos; first by have := exp_pos (2 * a * s); lra.
  by have := flow_form sb; lra.
rewrite /P Rmult_0_r exp_0 Rmult_1_r => le.
apply: Rsqr_incr_0; [|exact: len_ge0|by apply: Rmult_le_pos; [exact: len_ge0 | exact: Rlt_le (exp_pos _)]].
rewrite /Rsqr len_sqr -/(N t) (_ : _ * _ * _ = N 0 * (exp (- (a * t)) * exp (- (a * t)))); last by rewrite /N -len_sqr; ring.
have e : exp (- (a * t)) * exp (- (a * t)) * exp (2 * a * t) = 1.
  by rewrite -!exp_plus (_ : _ + _ + _ = 0) ?exp_0 //; ring.
apply: (Rmult_le_reg_r (exp (2 * a * t))); first exact: exp_pos.
by rewrite (Rmult_assoc (N 0)) e; lra.
Qed.

Section Sphere.
Variables (q : vec d) (R0 : R).
Hypotheses (T0 : 0 < T) (eps1 : epsilon < 1) (R00 : 0 <= R0) (eps0 : 0 <= epsilon).
Hypothesis sphere : forall t, 0 <= t <= T -> len (subv (z t) q) = R0.

Lemma sphere_speed t : 0 < t < T -> len (v t) <= epsilon * c * R0.
Proof.
move=> tb; have tc : 0 <= t <= T by lra.
have inside s : 0 < s < T -> locally s (fun r => 0 < r < T).
  move=> sb; have p : 0 < Rmin s (T - s) by apply: Rmin_pos; lra.
  exists (mkposreal _ p) => r; rewrite /ball /= /AbsRing_ball /abs /minus /plus /opp /= => /Rabs_def2 [b1 b2].
  by have := Rmin_l s (T - s); have := Rmin_r s (T - s); lra.
have Dz s i : 0 < s < T -> is_derive (fun r => z r i - q i) s (v s i).
  move=> sb; rewrite -[v s i]Rminus_0_r; apply: (is_derive_minus (fun r => z r i)); last exact: is_derive_const.
  by apply: flow_velocity; lra.
pose E s := dot (subv (z s) q) (v s).
have E0 s : 0 < s < T -> E s = 0.
  move=> sb; have D : is_derive (fun r => dot (subv (z r) q) (subv (z r) q)) s (\sum_(i < d) (2 * ((z s i - q i) * v s i))).
    apply: is_derive_sum => i.
    have -> : 2 * ((z s i - q i) * v s i) = v s i * (z s i - q i) + (z s i - q i) * v s i by ring.
    exact: (is_derive_mult (fun r => z r i - q i) (fun r => z r i - q i) s _ _ (Dz s i sb) (Dz s i sb) Rmult_comm).
  have D0 : is_derive (fun r => dot (subv (z r) q) (subv (z r) q)) s 0.
    apply: (is_derive_ext_loc (fun=> R0 * R0)); last exact: is_derive_const.
    by apply: filter_imp (inside s sb) => r rb; rewrite -len_sqr sphere //; lra.
  have := is_derive_unique _ _ _ D; rewrite (is_derive_unique _ _ _ D0) -mulr_sum -/(dot (subv (z s) q) (v s)) -/(E s); lra.
have D : is_derive E t (N t - dot (subv (z t) q) (mulv (H t) (v t))).
  rewrite /N /Rminus /dot -sumN -sumD; apply: is_derive_sum => i.
  have -> : v t i * v t i + - (subv (z t) q i * mulv (H t) (v t) i) = v t i * v t i + (z t i - q i) * - mulv (H t) (v t) i.
    by rewrite /subv; ring.
  exact: (is_derive_mult (fun r => z r i - q i) (fun r => v r i) t _ _ (Dz t i tb) (flow_acceleration_at i tc) Rmult_comm).
have D0 : is_derive E t 0.
  apply: (is_derive_ext_loc (fun=> 0)); last exact: is_derive_const.
  by apply: filter_imp (inside t tb) => r rb; rewrite E0.
have NE := is_derive_unique _ _ _ D; rewrite (is_derive_unique _ _ _ D0) in NE.
have r := isotropic_rest (v t) c0 (iso tc).
have := cauchy_schwarz (subv (z t) q) (subv (mulv (H t) (v t)) (scalev c (v t))).
rewrite dotBr dotZr -/(E t) E0 // sphere // => cs.
have {}cs : N t <= R0 * (epsilon * c * len (v t)) by have := Rmult_le_compat_l _ _ _ R00 r; lra.
have [z0|n0] := Req_dec (len (v t)) 0.
  by rewrite z0; apply: Rmult_le_pos => //; apply: Rmult_le_pos => //; lra.
have p : 0 < len (v t) by have := len_ge0 (v t); lra.
by apply: (Rmult_le_reg_r (len (v t))) => //; rewrite len_sqr -/(N t); lra.
Qed.

(** By continuity at the start as well. *)
Lemma sphere_start : len (v 0) <= epsilon * c * R0.
Proof.
have b0 : 0 <= 0 <= T by lra.
apply: Rnot_lt_le => lt; set M := epsilon * c * R0 in lt.
have M0 : 0 <= M by apply: Rmult_le_pos => //; apply: Rmult_le_pos => //; lra.
have NM : M * M < N 0 by rewrite /N -len_sqr; apply: Rmult_le_0_lt_compat.
have cN : continuous N 0 by apply: ex_derive_continuous; eexists; exact: flow_square.
have p : 0 < N 0 - M * M by lra.
have [e He] := cN _ (locally_ball (N 0 : R_UniformSpace) (mkposreal _ p)).
have e0 := cond_pos e; pose t := Rmin (e / 2) (T / 2).
have t0 : 0 < t by apply: Rmin_pos; lra.
have t1 : t <= e / 2 by apply: Rmin_l.
have t2 : t <= T / 2 by apply: Rmin_r.
have tb : ball 0 e t by rewrite /ball /= /AbsRing_ball /abs /minus /plus /opp /= Ropp_0 Rplus_0_r Rabs_pos_eq; lra.
have := He t tb; rewrite /ball /= /AbsRing_ball /abs /minus /plus /opp /= => /Rabs_def2 [_ low].
have st : 0 < t < T by lra.
have := sphere_speed st => sp; have := Rmult_le_compat _ _ _ _ (len_ge0 (v t)) (len_ge0 (v t)) sp sp.
by rewrite len_sqr -/(N t) -/M; lra.
Qed.

Let a0 : 0 < a.
Proof. by apply: Rmult_lt_0_compat; lra. Qed.

Lemma flow_total : len (v 0) / a <= epsilon * R0 / (1 - epsilon).
Proof.
apply: (Rmult_le_reg_r a) => //; rewrite {1}/Rdiv Rmult_assoc Rinv_l ?Rmult_1_r; last by lra.
by apply: Rle_trans sphere_start _; apply: Req_le; rewrite /a; field; lra.
Qed.

(** The ends of the path are as close as that. *)
Lemma flow_chord : len (subv (z T) (z 0)) <= epsilon * R0 / (1 - epsilon).
Proof.
apply: Rle_trans flow_total; set w := subv _ _; set s0 := len (v 0).
have s00 : 0 <= s0 by exact: len_ge0.
have [z0|n0] := Req_dec (len w) 0; first by rewrite z0; apply: Rdiv_le_0_compat.
have w0 : 0 < len w by have := len_ge0 w; lra.
pose P t := len w * (s0 / a * (1 - exp (- (a * t)))) - dot w (z t).
have D t : 0 <= t <= T -> is_derive P t (len w * (s0 * exp (- (a * t))) - dot w (v t)).
  move=> tb; apply: is_derive_minus; first by auto_derive => //; field; lra.
  by apply: is_derive_sum => i; apply: is_derive_scal; exact: flow_velocity.
have : P 0 <= P T.
  apply: (increasing (@closed_interval 0 T) D); try lra.
  move=> t tb _; have := cauchy_schwarz w (v t).
  by have := Rmult_le_compat_l _ _ _ (len_ge0 w) (flow_speed_at tb); rewrite -/s0; lra.
rewrite /P Rmult_0_r Ropp_0 exp_0 => le.
have {}le : len w * len w <= len w * (s0 / a * (1 - exp (- (a * T)))).
  by rewrite len_sqr {2}/w dotBr; lra.
have {}le := Rmult_le_reg_l _ _ _ w0 le; apply: Rle_trans le _.
have q0 : 0 <= s0 / a by apply: Rdiv_le_0_compat.
by have := Rmult_le_pos _ _ q0 (Rlt_le _ _ (exp_pos (- (a * T)))); lra.
Qed.

Lemma flow_length : curve_length z 0 T <= epsilon * R0 / (1 - epsilon).
Proof.
apply: Rle_trans flow_total; set s0 := len (v 0).
have I : is_RInt (fun t => s0 * exp (- (a * t))) 0 T (s0 / a * (1 - exp (- (a * T)))).
  rewrite (_ : s0 / a * _ = minus (- (s0 / a * exp (- (a * T)))) (- (s0 / a * exp (- (a * 0))))).
    apply: (is_RInt_derive (fun t => - (s0 / a * exp (- (a * t))))) => t _.
      by auto_derive => //; field; lra.
    by apply: ex_derive_continuous; auto_derive.
  by rewrite /minus /plus /opp /= Rmult_0_r Ropp_0 exp_0; ring.
have cv t : 0 <= t <= T -> continuous (fun s => len (v s)) t.
  move=> tb; apply: (continuous_comp N sqrt); first by apply: ex_derive_continuous; eexists; exact: flow_square.
  by apply/continuity_pt_filterlim; apply: continuity_pt_sqrt; exact: dot_ge0.
have le : curve_length z 0 T <= s0 / a * (1 - exp (- (a * T))).
  rewrite -(is_RInt_unique _ _ _ _ I); apply: RInt_le; first by lra.
  - have T00 : 0 <= T by lra.
    by apply: ex_RInt_continuous => t; rewrite (Rmin_left _ _ T00) (Rmax_right _ _ T00); exact: cv.
  - by exists (s0 / a * (1 - exp (- (a * T)))); exact: I.
  - by move=> t tb; apply: flow_speed_at; lra.
apply: Rle_trans le _; have q0 : 0 <= s0 / a by apply: Rdiv_le_0_compat => //; exact: len_ge0.
by have := Rmult_le_pos _ _ q0 (Rlt_le _ _ (exp_pos (- (a * T)))); rewrite -/s0; lra.
Qed.
End Sphere.
End Flow.

Section Theorems.
Variables (d k : nat) (L : vec k -> R) (h : vec d -> vec k) (z : R -> vec d) (T : R).
(** The curve [z] is a gradient flow of [L o h] on [[0, T]], and head and loss are C^2 along it. *)
Hypothesis flow : gradient_flow (fun w => L (h w)) z T.
Hypothesis smooth : forall t, 0 <= t <= T -> C2map h (z t) /\ C2 L (h (z t)).

(** The gradient flow of [L o h] has [z'' = - H_eff z']. *)
Theorem part_flow_acceleration t : 0 <= t <= T ->
  has_acceleration z t (velocity z t) (scalev (-1) (mulv (effective L h (z t)) (velocity z t))).
Proof.
move=> tb; split; first by apply: filter_imp (flow tb) => s D i; eexists; exact: D.
split; first exact: (flow_velocity flow tb).
by move=> i; rewrite /scalev -Ropp_mult_distr_l Rmult_1_l; exact: (flow_acceleration_at smooth flow i tb).
Qed.

Variables (c epsilon : R).
Hypothesis c0 : 0 < c.
(** [|H_eff / c - I| <= epsilon] along it. *)
Hypothesis iso : forall t, 0 <= t <= T -> isotropic_up_to (effective L h (z t)) c epsilon.

(** Its direction turns by at most [epsilon c] per unit of time. *)
Theorem part_flow_turn t : 0 <= t <= T -> velocity z t <> zerov ->
  exists w, has_velocity (direction z) t w /\ len w <= epsilon * c.
Proof.
move=> tb v0; set v := velocity z; set H := effective L h (z t).
have n0 : 0 < len (v t) by have := len_ge0 (v t); case=> // e; case: v0; apply: len_eq0.
pose tau := scalev (/ len (v t)) (v t); pose Hv := mulv H (v t); pose s := dot tau Hv.
exists (scalev (- / len (v t)) (subv Hv (scalev s tau))); split.
  move=> i; have Dl : is_derive (fun r => len (v r)) t (- s).
    rewrite (_ : - s = - (2 * dot (v t) Hv) * / (2 * sqrt (dot (v t) (v t)))).
      have ps : 0 < dot (v t) (v t) by rewrite -len_sqr; apply: Rmult_lt_0_compat.
      apply: (is_derive_comp sqrt (fun r => dot (v r) (v r))); last exact: (flow_square smooth flow tb).
      by auto_derive => //; field; apply: Rgt_not_eq; exact: sqrt_lt_R0.
    by rewrite -/(len (v t)) /s /tau dotZl; field; lra.
  rewrite (_ : scalev _ _ i = - Hv i * / len (v t) + v t i * (- - s / len (v t) ^ 2)).
    rewrite /direction /scalev.
    apply: (is_derive_ext (fun r => v r i * / len (v r))) => [r|]; first by rewrite Rmult_comm.
    apply: (is_derive_mult (fun r => v r i) (fun r => / len (v r)) t _ _ _ _ Rmult_comm).
      exact: (flow_acceleration_at smooth flow i tb).
    by apply: (is_derive_inv (fun r => len (v r))) => //; lra.
  by rewrite /scalev /subv /tau /scalev; field; lra.
have r := isotropic_rest (v t) c0 (iso tb); rewrite -/H -/Hv in r.
pose B := subv Hv (scalev c (v t)).
have tt : dot tau tau = 1 by rewrite /tau dotZl dotZr -len_sqr; field; lra.
have tv : dot tau (v t) = len (v t) by rewrite /tau dotZl -len_sqr; field; lra.
have E : subv Hv (scalev s tau) = subv B (scalev (dot tau B) tau).
  have vt : v t = scalev (len (v t)) tau.
    by apply: functional_extensionality => j; rewrite /tau /scalev; field; lra.
  have sB : dot tau B = s - c * len (v t) by rewrite /B dotBr dotZr tv /s.
  apply: functional_extensionality => j; rewrite sB /B /subv /scalev.
  by have := congr1 (fun x => x j) vt; rewrite /scalev => ->; ring.
rewrite E lenZ Rabs_Ropp Rabs_pos_eq; last by apply: Rlt_le; apply: Rinv_0_lt_compat.
have le := across_le B tt.
apply: (Rmult_le_reg_l (len (v t))) => //; rewrite -Rmult_assoc Rinv_r ?Rmult_1_l; last by lra.
by apply: Rle_trans le _; rewrite -/B in r; lra.
Qed.

(** Its speed decays at the rate [(1 - epsilon) c] at least. *)
Theorem part_flow_speed t : 0 <= t <= T ->
  len (velocity z t) <= len (velocity z 0) * exp (- ((1 - epsilon) * c * t)).
Proof. exact: (flow_speed_at smooth flow c0 iso). Qed.

(** So a flow on a sphere of radius [R] about [q], on a circular arc for example, covers a length of at most
    [epsilon R / (1 - epsilon)]. *)
Theorem part_flow_arc (q : vec d) (R0 : R) :
  0 < T -> 0 <= epsilon -> epsilon < 1 -> (forall t, 0 <= t <= T -> len (subv (z t) q) = R0) ->
  curve_length z 0 T <= epsilon * R0 / (1 - epsilon).
Proof.
move=> T0 e0 e1 sphere; have R00 : 0 <= R0.
  by rewrite -(sphere 0); [exact: len_ge0 | lra].
exact: (flow_length smooth flow c0 iso T0 e1 R00 e0 sphere).
Qed.
End Theorems.
