(** Small images force small derivatives. *)
From Coq Require Import Reals Lra FunctionalExtensionality.
From mathcomp Require Import ssreflect ssrfun ssrbool eqtype ssrnat seq fintype bigop.
From Coquelicot Require Import Coquelicot.
From Geometry Require Import vectors jets chain pullback smooth symmetry intervals.
Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Open Scope R_scope.

(** The second sentence of the part: if [|(h o gamma)''| <= B] (here [(h o gamma)' = J_h gamma'] has the derivative
    [acc t], of length at most [B]) and the image
    of [h o gamma] on an interval of length [l] has diameter at most [D], then
    [|J_h gamma'| <= D / l + B l / 2] on it. *)
Theorem part_small_converse (d k : nat) (h : vec d -> vec k) (gamma : R -> vec d) (a l B D : R) (acc : R -> vec k) :
  0 < l -> 0 <= B ->
  (forall t, a <= t <= a + l -> C1map h (gamma t) /\ has_velocity gamma t (velocity gamma t)) ->
  (forall t, a <= t <= a + l ->
     has_velocity (fun s => mulv (jac h (gamma s)) (velocity gamma s)) t (acc t) /\ len (acc t) <= B) ->
  (forall s t, a <= s <= a + l -> a <= t <= a + l -> len (subv (h (gamma s)) (h (gamma t))) <= D) ->
  forall t, a <= t <= a + l -> len (mulv (jac h (gamma t)) (velocity gamma t)) <= D / l + B * l / 2.
Proof.
move=> l0 B0 reg second diam t tb; set w := mulv _ _; pose N := len w.
have N0 : 0 <= N by exact: len_ge0.
pose g s := dot w (h (gamma s)); pose dg s := dot w (mulv (jac h (gamma s)) (velocity gamma s)).
have Dg s : a <= s <= a + l -> is_derive g s (dg s).
  move=> sb; have [hC vel] := reg s sb; apply: is_derive_sum => p; apply: is_derive_scal.
  exact: (chain_rule (hC p) vel).
have Ddg s : a <= s <= a + l -> is_derive dg s (dot w (acc s)).
  by move=> sb; have [A _] := second s sb; apply: is_derive_sum => p; apply: is_derive_scal; exact: A.
have bound s : a <= s <= a + l -> - (N * B) <= dot w (acc s) <= N * B.
  move=> sb; have [_ A] := second s sb; apply/Rabs_le_between.
  by apply: Rle_trans (cauchy_schwarz_abs _ _) _; apply: Rmult_le_compat_l.
have cl := @closed_interval a (a + l).
have wt : dg t = N * N by rewrite /dg -/w /N len_sqr.
(* dg is at least N^2 - N B |s - t| *)
have low s : a <= s <= a + l -> N * N - N * B * Rabs (s - t) <= dg s.
  move=> sb; have [le|lt] := Rle_lt_dec t s.
    have [x [xb e]] := mean_value cl Ddg tb sb le; rewrite Rabs_pos_eq; last by lra.
    have [b1 _] := bound x (cl _ _ _ tb sb xb).
    by have := Rmult_le_compat_r (s - t) _ _ _ b1; lra.
  have [x [xb e]] := mean_value cl Ddg sb tb (Rlt_le _ _ lt); rewrite Rabs_left; last by lra.
  have [_ b2] := bound x (cl _ _ _ sb tb xb).
  by have := Rmult_le_compat_r (t - s) _ _ _ b2; lra.
have right : N * N * (a + l - t) - N * B * ((a + l - t) * (a + l - t)) / 2 <= g (a + l) - g t.
  pose q s := g s - N * N * (s - t) + N * B * ((s - t) * (s - t)) / 2.
  have Dq s : t <= s <= a + l -> is_derive q s (dg s - N * N + N * B * (s - t)).
    move=> sb; apply: is_derive_plus; last by auto_derive => //; field.
    by apply: is_derive_minus; [apply: Dg; lra | auto_derive => //; ring].
  have : q t <= q (a + l).
    apply: (increasing (@closed_interval t (a + l)) Dq); try lra.
    by move=> s sb _; have := low s _; rewrite Rabs_pos_eq; lra.
  by rewrite /q; lra.
have left : N * N * (t - a) - N * B * ((t - a) * (t - a)) / 2 <= g t - g a.
  pose q s := g s - N * N * (s - t) - N * B * ((s - t) * (s - t)) / 2.
  have Dq s : a <= s <= t -> is_derive q s (dg s - N * N - N * B * (s - t)).
    move=> sb; apply: is_derive_minus; last by auto_derive => //; field.
    by apply: is_derive_minus; [apply: Dg; lra | auto_derive => //; ring].
  have : q a <= q t.
    apply: (increasing (@closed_interval a t) Dq); try lra.
    by move=> s sb _; have := low s _; rewrite Rabs_left1; lra.
  by rewrite /q; lra.
have total : g (a + l) - g a <= N * D.
  rewrite /g -dotBr; apply: Rle_trans (cauchy_schwarz _ _) _.
  by apply: Rmult_le_compat_l => //; apply: diam; lra.
have sq : (a + l - t) * (a + l - t) + (t - a) * (t - a) <= l * l.
  have : 0 <= (a + l - t) * (t - a) by apply: Rmult_le_pos; lra.
  lra.
have NB : 0 <= N * B by apply: Rmult_le_pos.
have nb := Rmult_le_compat_l _ _ _ NB sq.
have main : N * (N * l) <= N * (D + B * (l * l) / 2) by lra.
have [z|n] := Req_dec N 0.
  rewrite -/N z; apply: Rplus_le_le_0_compat; last by apply: Rmult_le_pos; [apply: Rmult_le_pos; lra | lra].
  by apply: Rdiv_le_0_compat => //; apply: Rle_trans (len_ge0 _) (diam t t tb tb).
have {}main : N * l <= D + B * (l * l) / 2 by apply: (Rmult_le_reg_l N) => //; lra.
apply: (Rmult_le_reg_r l) => //; rewrite -/N.
have -> : (D / l + B * l / 2) * l = D + B * (l * l) / 2 by field; lra.
exact: main.
Qed.

(** The hypotheses are met and the bound is attained, for all [B >= 0], [v >= 0] and [l > 0], by the head
    [h(z) = B z^2 / 2 + v z] and [gamma(t) = t] on [[0, l]], at its end: [D = B l^2 / 2 + v l]. *)
Lemma part_small_converse_attained (B v l : R) : 0 <= B -> 0 <= v -> 0 < l ->
  exists (h : vec 1 -> vec 1) (gamma : R -> vec 1) (D : R) (acc : R -> vec 1),
    (forall t, 0 <= t <= 0 + l -> C1map h (gamma t) /\ has_velocity gamma t (velocity gamma t))
    /\ (forall t, 0 <= t <= 0 + l ->
          has_velocity (fun s => mulv (jac h (gamma s)) (velocity gamma s)) t (acc t) /\ len (acc t) <= B)
    /\ (forall s t, 0 <= s <= 0 + l -> 0 <= t <= 0 + l -> len (subv (h (gamma s)) (h (gamma t))) <= D)
    /\ len (mulv (jac h (gamma l)) (velocity gamma l)) = D / l + B * l / 2.
Proof.
move=> B0 v0 l0; pose q (u : vec 1) := B / 2 * (u ord0 * u ord0) + v * u ord0.
exists (fun z _ => q z), (fun t _ => t), (B * (l * l) / 2 + v * l), (fun _ _ => B).
have one c : len (fun _ : 'I_1 => c) = Rabs c.
  by rewrite /len /dot big_ord_recl big_ord0 /= Rplus_0_r -/(Rsqr c) sqrt_Rsqr_abs.
have V t : velocity (fun t (_ : 'I_1) => t) t = fun=> 1.
  by apply: functional_extensionality => i; exact: Derive_id.
have J t : mulv (jac (fun z (_ : 'I_1) => q z) (fun=> t)) (velocity (fun t (_ : 'I_1) => t) t) = fun=> B * t + v.
  rewrite V; apply: functional_extensionality => a; rewrite /mulv big_ord_recl big_ord0 /jac /comp.
  suff -> : partial q ord0 (fun=> t) = B * t + v by rewrite /=; ring.
  by apply: is_derive_unique; rewrite /q /upd eqxx; auto_derive => //; field.
split.
  move=> t _; split; last by move=> i; apply: Derive_correct; exact: ex_derive_id.
  move=> a; apply: C1_plus; (apply: C1_mult; first exact: C1_const); last exact: C1_coord.
  by apply: C1_mult; exact: C1_coord.
split.
  move=> t _; split; last by rewrite one Rabs_pos_eq //; lra.
  move=> i; apply: (is_derive_ext (fun s => B * s + v)); first by move=> s; rewrite J.
  by auto_derive => //; ring.
split.
  move=> s t sb tb; rewrite (_ : subv _ _ = fun=> (s - t) * (B * (s + t) / 2 + v)).
    rewrite one Rabs_mult.
    have -> : B * (l * l) / 2 + v * l = l * (B * l / 2 + v) by field.
    have st : 0 <= B * (s + t) by apply: Rmult_le_pos; lra.
    rewrite (Rabs_pos_eq (B * (s + t) / 2 + v)); last by lra.
    have d : Rabs ((s - t) * (s + t)) <= l * l by apply: Rabs_le; split; nra.
    have d1 : Rabs (s - t) <= l by apply: Rabs_le; lra.
    have e : Rabs (s - t) * (s + t) <= l * l by move: d; rewrite Rabs_mult (Rabs_pos_eq (s + t)); lra.
    have := Rmult_le_compat_l _ _ _ B0 e; have := Rmult_le_compat_r _ _ _ v0 d1; lra.
  by apply: functional_extensionality => i; rewrite /subv /q; field.
rewrite J one Rabs_pos_eq; first by field; lra.
by apply: Rplus_le_le_0_compat => //; apply: Rmult_le_pos; lra.
Qed.
