(** Theorem 3.2: the readings of its quoted words that are refuted. *)
From Coq Require Import Reals Lra Lia FunctionalExtensionality.
From mathcomp Require Import ssreflect ssrfun ssrbool eqtype ssrnat seq fintype bigop.
From Coquelicot Require Import Coquelicot.
From Geometry Require Import vectors jets conditions chain pullback real_functions.
Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Open Scope R_scope.

(** [gamma] is a smooth regular curve on [0, T] that does not meet itself. *)
Definition trajectory (d : nat) (gamma : R -> vec d) (T : R) : Prop :=
  0 < T /\
  [/\ forall i n t, ex_derive_n (fun s => gamma s i) n t,
      forall t, 0 <= t <= T -> exists i, Derive (fun s => gamma s i) t <> 0
    & forall s t, 0 <= s <= T -> 0 <= t <= T -> gamma s = gamma t -> s = t].

(** |A - I| <= eps in the spectral norm. *)
Definition near_identity (d : nat) (A : mat d d) (eps : R) : Prop :=
  forall v, len (subv (mulv A v) v) <= eps * len v.

(** The loss is not constant. *)
Definition nonconstant (k : nat) (L : vec k -> R) : Prop := exists u u', L u <> L u'.

(** The sentence of reading `identity`, even with every C^2 map as a head in place of the multilayer perceptrons:
    for every eps > 0 there is a head with |H_eff - I| <= eps along gamma. *)
Definition sentence_identity : Prop :=
  forall (d k : nat) (L : vec k -> R) (gamma : R -> vec d) (T : R),
  trajectory gamma T -> (forall u, C2 L u) -> nonconstant L ->
  forall eps, 0 < eps -> exists h : vec d -> vec k, (forall z, C2map h z) /\
    forall t, 0 <= t <= T -> near_identity (effective L h (gamma t)) eps.

(** The sentence of reading `pullback`, even with every C^2 map as a head: for every eps > 0 there is a head
    whose Gauss-Newton term has |G - I| <= eps along gamma. *)
Definition sentence_pullback : Prop :=
  forall (d k : nat) (L : vec k -> R) (gamma : R -> vec d) (T : R),
  trajectory gamma T -> (forall u, C2 L u) -> (forall u, positive_definite (hess L u)) ->
  forall eps, 0 < eps -> exists h : vec d -> vec k, (forall z, C2map h z) /\
    forall t, 0 <= t <= T -> near_identity (gauss_newton L h (gamma t)) eps.

(** The straight curve t -> (t, 0, ..). *)
Definition straight (n : nat) (t : R) : vec n.+1 := upd zerov first t.
Arguments straight : clear implicits.

Lemma straight_first n t : straight n t first = t.
Proof. by rewrite /straight upd_at. Qed.

Lemma ex_derive_n_line (a b : R) n t : ex_derive_n (fun s => a * s + b) n t.
Proof.
case: n => [//|n]; rewrite /=.
apply: (ex_derive_ext (match n with 0 => fun s => a * s + b | 1 => fun _ => a | _ => fun _ => 0 end)); last first.
  by case: n => [|[|n]]; auto_derive.
have D1 s : Derive (fun s => a * s + b) s = a.
  by apply: is_derive_unique; auto_derive => //; ring.
elim: n => [//|n IH] s /=; rewrite -(Derive_ext _ _ _ IH).
by case: n {IH} => [|[|n]]; rewrite ?D1 ?Derive_const.
Qed.

Lemma straight_trajectory n T : 0 < T -> trajectory (straight n) T.
Proof.
move=> T0; split=> //; split.
- move=> i m t; have [->|ne] := eqVneq i first.
    apply: (ex_derive_n_ext (fun s => 1 * s + 0)) => [s|]; last exact: ex_derive_n_line.
    by rewrite straight_first; ring.
  apply: (ex_derive_n_ext (fun s => 0 * s + 0)) => [s|]; last exact: ex_derive_n_line.
  by rewrite /straight upd_other // /zerov; ring.
- move=> t _; exists first; rewrite (Derive_ext _ id) => [|s]; last exact: straight_first.
  by rewrite Derive_id; lra.
- by move=> s t _ _ /(at_index first); rewrite !straight_first.
Qed.

Lemma abs_le_len2 (x : vec 2) : Rabs (x first) <= len x.
Proof.
rewrite -sqrt_Rsqr_abs /len; apply: sqrt_le_1_alt; rewrite /dot sum2 /Rsqr.
by have := Rle_0_sqr (x second); rewrite /Rsqr; lra.
Qed.

Lemma len_vec2 : len (vec2 1 0) = 1.
Proof. by rewrite /len /dot sum2 /vec2 /= -[RHS]sqrt_1; congr sqrt; ring. Qed.

(** ** The identity *)

(** L(u) = sin u. *)
Definition wave (u : vec 1) : R := sin (u first).

Lemma wave_known y : second_order wave (fun u => vec1 (cos (u first))) (fun u _ _ => - sin (u first)) y.
Proof.
split.
- by apply: all1; rewrite /wave /vec1 /upd /=; auto_derive => //; ring.
- by apply: all1; apply: all1; rewrite /vec1 /upd /=; auto_derive => //; ring.
- by apply: all1; rewrite /vec1; continuity.
- by apply: all1; apply: all1; continuity.
Qed.

(** A function whose second derivative is at least 1/2 on [0, 10] has a second difference of 12.5 at least. *)
Lemma second_difference (F F1 F2 : R -> R) :
  (forall t, is_derive F t (F1 t)) -> (forall t, is_derive F1 t (F2 t)) ->
  (forall t, 0 <= t <= 10 -> 1 / 2 <= F2 t) -> 25 / 2 <= F 10 + F 0 - 2 * F 5.
Proof.
move=> D1 D2 H.
have mvt (f g : R -> R) a b : a < b -> (forall t, is_derive f t (g t)) ->
    exists c, a <= c <= b /\ f b - f a = g c * (b - a).
  move=> ab D; have [|t _|c [cb e]] := MVT_gen f a b g.
  - by move=> t _; exact: D.
  - by apply: derivable_continuous_pt; exists (g t); apply/is_derive_Reals.
  by exists c; split=> //; move: cb; rewrite Rmin_left ?Rmax_right; lra.
pose G t := F t - t ^ 2 / 4; pose G1 t := F1 t - t / 2; pose G2 t := F2 t - 1 / 2.
have DG t : is_derive G t (G1 t).
  apply: is_derive_minus; first exact: D1.
  by auto_derive => //; field.
have DG1 t : is_derive G1 t (G2 t).
  apply: is_derive_minus; first exact: D2.
  by auto_derive => //; field.
have [||a [ab ea]] := mvt G G1 0 5; [lra | exact: DG |].
have [||b [bb eb]] := mvt G G1 5 10; [lra | exact: DG |].
have le : G1 a <= G1 b.
  case: (Rle_lt_or_eq_dec a b) => [|lt|->]; [lra| |lra].
  have [||c [cb ec]] := mvt G1 G2 a b; [lra | exact: DG1 |].
  have : 0 <= G2 c by rewrite /G2; have := H c; lra.
  by move=> p; have : 0 <= G2 c * (b - a); [apply: Rmult_le_pos|]; lra.
have : 0 <= G 10 + G 0 - 2 * G 5 by lra.
by rewrite /G; lra.
Qed.

(** The counterexample to `identity`: L = sin, a straight segment of length 10, eps = 1/2. *)
Theorem identity_counterexample :
  [/\ trajectory (straight 1) 10, forall u, C2 wave u, nonconstant wave
    & forall h : vec 2 -> vec 1, (forall z, C2map h z) ->
      ~ forall t, 0 <= t <= 10 -> near_identity (effective wave h (straight 1 t)) (1 / 2)].
Proof.
split.
- by apply: straight_trajectory; lra.
- by move=> u; exact: known_C2 (near_all _ wave_known).
- by exists (vec1 0), (vec1 (PI / 2)); rewrite /wave /vec1 sin_0 sin_PI2; lra.
move=> h hC N; pose f z := wave (h z).
have fC z : C2 f z by apply: C2_comp => //; exact: known_C2 (near_all _ wave_known).
have := @second_difference (fun t => f (straight 1 t)) (fun t => partial f first (straight 1 t))
  (fun t => partial (partial f first) first (straight 1 t)).
have b z : -1 <= f z <= 1 by exact: SIN_bound.
move: (b (straight 1 0)) (b (straight 1 5)) (b (straight 1 10)) => b0 b5 b10.
suff S : forall t, 0 <= t <= 10 -> 1 / 2 <= partial (partial f first) first (straight 1 t).
  move=> /(_ _ _ S) K; suff : 25 / 2 <= f (straight 1 10) + f (straight 1 0) - 2 * f (straight 1 5) by lra.
  apply: K => t; apply: is_derive_upd.
    exact: C1_ex (C2_C1 (fC _)).
  by have [_ K] := fC (upd zerov first t); exact: C1_ex (K first).
move=> t tb; have := N t tb (vec2 1 0); rewrite len_vec2 Rmult_1_r => le.
have := Rle_trans _ _ _ (abs_le_len2 _) le.
rewrite /subv /mulv sum2 {1 2 3}/vec2 /= Rmult_1_r Rmult_0_r Rplus_0_r /effective /hess -/f => K.
by move: K => /Rabs_le_between; lra.
Qed.

(** Reading `identity` is refuted. *)
Theorem refuted_identity : ~ sentence_identity.
Proof.
move=> S; have [tr c2 nc no] := identity_counterexample.
have [|h [hC N]] := S _ _ _ _ _ tr c2 nc (1 / 2); first lra.
exact: no hC N.
Qed.

(** ** The Gauss-Newton term *)

(** L(u) = u^2 / 2. *)
Definition parabola (u : vec 1) : R := u first ^ 2 / 2.

Lemma parabola_known y : second_order parabola (fun u => u) (fun _ _ _ => 1) y.
Proof.
split.
- by apply: all1; rewrite /parabola /upd /=; auto_derive => //; field.
- by apply: all1; apply: all1; rewrite /upd /=; auto_derive.
- by apply: all1; continuity.
- by apply: all1; apply: all1; continuity.
Qed.

Lemma positive_definite1 (L : vec 1 -> R) :
  (forall u, 0 < hess L u first first) -> forall u, positive_definite (hess L u).
Proof.
move=> p u v v0; rewrite /form /dot /mulv !sum1.
have n : v first <> 0 by move=> e; apply: v0; apply: functional_extensionality; apply: all1.
have := Rsqr_pos_lt _ n; rewrite /Rsqr => q.
by have := Rmult_lt_0_compat _ _ (p u) q; lra.
Qed.

(** The counterexample to `pullback`: k = 1 and d = 2, L = u^2 / 2, eps = 1/2: G is singular for every head. *)
Theorem pullback_counterexample :
  [/\ trajectory (straight 1) 1, forall u, C2 parabola u, forall u, positive_definite (hess parabola u)
    & forall (h : vec 2 -> vec 1) z, ~ near_identity (gauss_newton parabola h z) (1 / 2)].
Proof.
have hE u : hess parabola u = fun _ _ => 1 by exact: known_hess (near_all _ parabola_known).
split.
- by apply: straight_trajectory; lra.
- by move=> u; exact: known_C2 (near_all _ parabola_known).
- by apply: positive_definite1 => u; rewrite hE; lra.
move=> h z; rewrite /gauss_newton hE; move: (jac h z) => J N.
have no (v : vec 2) : v <> zerov -> J first first * v first + J first second * v second = 0 -> False.
  move=> v0 e; have l0 : 0 < len v.
    by have := len_ge0 v; case=> // E; case: v0; apply: len_eq0.
  have := N v; have -> : subv (mulv (mulm (tr J) (mulm (fun _ _ => 1) J)) v) v = scalev (-1) v.
    apply: functional_extensionality => i; rewrite /subv /scalev /mulv /mulm /tr sum2 !sum1.
    have -> : J first i * (1 * J first first) * v first + J first i * (1 * J first second) * v second =
      J first i * (J first first * v first + J first second * v second) by ring.
    by rewrite e; ring.
  by rewrite lenZ Rabs_Ropp Rabs_R1; lra.
have [e|ne] := Req_dec (J first first) 0.
  apply: (no (vec2 1 0)) => [/(at_index first)|]; rewrite /vec2 /zerov /=; first lra.
  by rewrite e; ring.
apply: (no (vec2 (J first second) (- J first first))) => [/(at_index second)|]; rewrite /vec2 /zerov /=; last ring.
lra.
Qed.

(** Reading `pullback` is refuted. *)
Theorem refuted_pullback : ~ sentence_pullback.
Proof.
move=> S; have [tr c2 pd no] := pullback_counterexample.
have [|h [hC N]] := S _ _ _ _ _ tr c2 pd (1 / 2); first lra.
by apply: (no h (straight 1 0)); apply: N; lra.
Qed.

(** ** A second counterexample to `pullback`: k = d = 1 *)

(** L(u) = u arctan(u) / 2, with L'' = 1 / (1 + u^2)^2: the whole line has the length pi in the metric L''. *)
Definition arctangent (u : vec 1) : R := u first * atan (u first) / 2.

Lemma arctangent_known y : second_order arctangent
  (fun u => vec1 (atan (u first) / 2 + u first / (2 * (1 + u first ^ 2))))
  (fun u _ _ => / (1 + u first ^ 2) ^ 2) y.
Proof.
have p (x : R) : 0 < 1 + x ^ 2 by have := Rle_0_sqr x; rewrite /Rsqr /=; lra.
have D x : is_derive atan x (/ (1 + x ^ 2)).
  by apply/is_derive_Reals; exact: derivable_pt_lim_atan.
have D1 x : is_derive (fun t => t * atan t / 2) x (atan x / 2 + x / (2 * (1 + x ^ 2))).
  have := is_derive_scal _ _ (/ 2) _ (is_derive_mult (fun t : R => t) atan x _ _ (is_derive_id x) (D x) Rmult_comm).
  rewrite (_ : / 2 * _ = atan x / 2 + x / (2 * (1 + x ^ 2))).
    by apply: is_derive_ext => t; rewrite /mult /=; field.
  by have := p x; rewrite /plus /mult /one /= => ?; field; lra.
have D2 x : is_derive (fun t => atan t / 2 + t / (2 * (1 + t ^ 2))) x (/ (1 + x ^ 2) ^ 2).
  have E : is_derive (fun t => t / (2 * (1 + t ^ 2))) x ((1 - x ^ 2) / (2 * (1 + x ^ 2) ^ 2)).
    by have := p x; rewrite /= => ?; auto_derive; [lra | rewrite /=; field; lra].
  have := is_derive_plus _ _ _ _ _ (is_derive_scal _ _ (/ 2) _ (D x)) E.
  rewrite (_ : plus _ _ = / (1 + x ^ 2) ^ 2).
    by apply: is_derive_ext => t; rewrite /plus /=; field; have := p t; rewrite /=; lra.
  by have := p x; rewrite /plus /= => ?; field; lra.
split.
- by apply: all1; rewrite /arctangent /vec1 /upd /=; exact: D1.
- by apply: all1; apply: all1; rewrite /vec1 /upd /=; exact: D2.
- apply: all1; rewrite /vec1; apply: (cont_comp (s := fun t => atan t / 2 + t / (2 * (1 + t ^ 2)))); first by continuity.
  by apply: ex_derive_continuous; eexists; exact: D2.
- by apply: all1; apply: all1; continuity; apply: pow_nonzero; have := p (y first); lra.
Qed.

Lemma pi_small : PI < 433 / 125.
Proof.
have := PI_ineq 3; rewrite /tg_alt /PI_tg /=.
lra.
Qed.

(** The counterexample: no head brings G within 1/4 of 1 along a segment of length 4, as arctan(h) would have to
    move by at least 4 sqrt (3/4) > pi. *)
Theorem pullback_counterexample_short :
  [/\ trajectory (straight 0) 4, forall u, C2 arctangent u, forall u, positive_definite (hess arctangent u)
    & forall h : vec 1 -> vec 1, (forall z, C2map h z) ->
      ~ forall t, 0 <= t <= 4 -> near_identity (gauss_newton arctangent h (straight 0 t)) (1 / 4)].
Proof.
have p (x : R) : 0 < 1 + x ^ 2 by have := Rle_0_sqr x; rewrite /Rsqr /=; lra.
have hE u : hess arctangent u = fun _ _ => / (1 + u first ^ 2) ^ 2.
  exact: known_hess (near_all _ arctangent_known).
split.
- by apply: straight_trajectory; lra.
- by move=> u; exact: known_C2 (near_all _ arctangent_known).
- by apply: positive_definite1 => u; rewrite hE; apply: Rinv_0_lt_compat; apply: pow_lt.
move=> h hC N; pose q t := h (straight 0 t) first; pose dq t := jac h (straight 0 t) first first.
have Dq t : is_derive q t (dq t).
  by apply: is_derive_upd; apply: C1_ex; apply: C2_C1; exact: (hC _ first).
have Da t : is_derive (fun t => atan (q t)) t (dq t * / (1 + q t ^ 2)).
  apply: (Coquelicot.Derive.is_derive_comp atan q); last exact: Dq.
  apply/is_derive_Reals; exact: derivable_pt_lim_atan.
have [|t _|c [cb E]] := MVT_gen (fun t => atan (q t)) 0 4 (fun t => dq t * / (1 + q t ^ 2)).
- by move=> t _; exact: Da.
- by apply: derivable_continuous_pt; exists (dq t * / (1 + q t ^ 2)); apply/is_derive_Reals; exact: Da.
move: cb; rewrite Rmin_left ?Rmax_right; try lra; move=> cb.
have [a1 a2] := atan_bound (q 4); have [b1 b2] := atan_bound (q 0).
have := N c cb (vec1 1).
have -> : subv (mulv (gauss_newton arctangent h (straight 0 c)) (vec1 1)) (vec1 1) =
    vec1 ((dq c * / (1 + q c ^ 2)) ^ 2 - 1).
  apply: functional_extensionality; apply: all1; rewrite /subv /mulv sum1 /gauss_newton /mulm !sum1 /tr hE /vec1.
  rewrite -/(dq c) -/(q c); have := p (q c); rewrite /= => ?; field; lra.
have len1 (x : R) : len (vec1 x) = Rabs x.
  by rewrite /len /dot sum1 /vec1 -/(Rsqr _) sqrt_Rsqr_abs.
rewrite !len1 Rabs_R1 => /Rabs_le_between K.
move: E K; move: (dq c * _) => m E K; have pi := pi_small.
have B : Rabs m < 433 / 500 by apply: Rabs_def1; lra.
have pos := Rabs_pos m; have sq := pow2_abs m.
have : Rabs m ^ 2 < (433 / 500) ^ 2 by rewrite /=; nra.
by rewrite sq /= in K *; lra.
Qed.
