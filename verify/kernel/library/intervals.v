(** Functions of one real variable on an interval: constancy, growth, and oscillation. *)
From Coq Require Import Reals Lra Psatz FunctionalExtensionality.
From mathcomp Require Import ssreflect ssrfun ssrbool eqtype ssrnat seq fintype bigop.
From Coquelicot Require Import Coquelicot.
From Geometry Require Import vectors jets chain.
Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Open Scope R_scope.

(** A set of times without gaps: an interval, open, closed or unbounded. *)
Definition interval (I : R -> Prop) : Prop := forall s t x, I s -> I t -> s <= x <= t -> I x.

Section Interval.
Variable I : R -> Prop.
Hypothesis Iint : interval I.
Variables (g dg : R -> R).
Hypothesis D : forall t, I t -> is_derive g t (dg t).

(** The mean value theorem on an interval. *)
Lemma mean_value s t : I s -> I t -> s <= t -> exists x, s <= x <= t /\ g t - g s = dg x * (t - s).
Proof.
move=> Is It st.
have E x : Rmin s t <= x <= Rmax s t -> is_derive g x (dg x).
  by rewrite Rmin_left // Rmax_right // => b; apply: D; apply: Iint b.
have [|x xb|x [xb e]] := MVT_gen g s t dg.
- by move=> x xb; apply: E; lra.
- by apply: derivable_continuous_pt; exists (dg x); apply/is_derive_Reals; apply: E.
by exists x; move: xb; rewrite Rmin_left // Rmax_right.
Qed.

Lemma increasing s t : (forall x, I x -> s <= x <= t -> 0 <= dg x) -> I s -> I t -> s <= t -> g s <= g t.
Proof.
move=> pos Is It st; have [x [xb e]] := mean_value Is It st.
have := pos x (Iint Is It xb) xb => p; have := Rmult_le_pos (dg x) (t - s) p; lra.
Qed.
End Interval.

Lemma constant_interval (I : R -> Prop) (g : R -> R) : interval I ->
  (forall t, I t -> is_derive g t 0) -> forall s t, I s -> I t -> g s = g t.
Proof.
move=> Iint D s t Is It.
have E s' t' : I s' -> I t' -> s' <= t' -> g s' = g t'.
  by move=> a b c; have [x [_ e]] := mean_value Iint D a b c; lra.
by have [l|l] := Rle_lt_dec s t; [exact: E | apply/esym; apply: E => //; lra].
Qed.

Lemma closed_interval a b : interval (fun t => a <= t <= b).
Proof. by move=> s t x [? ?] [? ?] [? ?]; lra. Qed.

(** A function whose second derivative is at least [m] on an interval of length [l]: twice its value in the
    middle is smaller than the sum of its values at the ends by at least [m l^2 / 4]. *)
Lemma midpoint (g dg ddg : R -> R) (l m : R) : 0 <= l ->
  (forall t, 0 <= t <= l -> is_derive g t (dg t)) ->
  (forall t, 0 <= t <= l -> is_derive dg t (ddg t)) ->
  (forall t, 0 <= t <= l -> m <= ddg t) ->
  m * (l * l) / 4 <= g 0 + g l - 2 * g (l / 2).
Proof.
move=> l0 D DD low.
pose q t := g t - m * (t * t) / 2; pose dq t := dg t - m * t.
have Dq t : 0 <= t <= l -> is_derive q t (dq t).
  by move=> tb; apply: is_derive_minus (D t tb) _; auto_derive => //; field.
have Ddq t : 0 <= t <= l -> is_derive dq t (ddg t - m).
  by move=> tb; apply: is_derive_minus (DD t tb) _; auto_derive => //; ring.
have cl := @closed_interval 0 l.
have [x [xb ex]] : exists x, 0 <= x <= l / 2 /\ q (l / 2) - q 0 = dq x * (l / 2 - 0).
  by apply: (mean_value cl Dq); lra.
have [y [yb ey]] : exists y, l / 2 <= y <= l /\ q l - q (l / 2) = dq y * (l - l / 2).
  by apply: (mean_value cl Dq); lra.
have xy : dq x <= dq y.
  by apply: (increasing cl Ddq) => [t tb _|||]; [have := low t tb; lra | lra | lra | lra].
have : 0 <= (dq y - dq x) * (l / 2) by apply: Rmult_le_pos; lra.
have -> : (dq y - dq x) * (l / 2) = (q l - q (l / 2)) - (q (l / 2) - q 0) by rewrite ex ey; field.
rewrite /q; nra.
Qed.

(** A function that is convex on the segment from [a] to [b] lies at [b] above its tangent at [a]. *)
Lemma tangent_line (phi : R -> R) (a b l : R) : is_derive phi a l ->
  (forall t, 0 <= t <= 1 -> phi (a + t * (b - a)) <= (1 - t) * phi a + t * phi b) ->
  phi a + l * (b - a) <= phi b.
Proof.
move=> D conv; suff H (eps : posreal) : l * (b - a) <= phi b - phi a + eps * Rabs (b - a).
  have [z|n] := Req_dec (b - a) 0; first by have -> : b = a by [lra]; rewrite Rminus_eq_0; lra.
  have p := Rabs_pos_lt _ n; apply: Rnot_lt_le => lt.
  have e0 : 0 < (phi a + l * (b - a) - phi b) / (2 * Rabs (b - a)) by apply: Rdiv_lt_0_compat; lra.
  have := H (mkposreal _ e0); rewrite /=.
  have -> : (phi a + l * (b - a) - phi b) / (2 * Rabs (b - a)) * Rabs (b - a) = (phi a + l * (b - a) - phi b) / 2 by field; lra.
  lra.
have [e H] := (iffLR (is_derive_eps _ _ _)) D eps; have e0 := cond_pos e.
have B0 := Rabs_pos (b - a); have p : 0 < 2 * (Rabs (b - a) + 1) by lra.
pose t := Rmin 1 (e / (2 * (Rabs (b - a) + 1))).
have t0 : 0 < t by apply: Rmin_pos; [lra | apply: Rdiv_lt_0_compat].
have t1 : t <= 1 by apply: Rmin_l.
have te : t * Rabs (b - a) < e.
  have te1 : t <= e / (2 * (Rabs (b - a) + 1)) by apply: Rmin_r.
  apply: Rle_lt_trans (Rmult_le_compat_r _ _ _ B0 te1) _.
  have -> : e / (2 * (Rabs (b - a) + 1)) * Rabs (b - a) = e / 2 - e / (2 * (Rabs (b - a) + 1)) by field; lra.
  by have := Rdiv_lt_0_compat _ _ e0 p; lra.
have := H (a + t * (b - a)).
have -> : a + t * (b - a) - a = t * (b - a) by ring.
rewrite Rabs_mult (Rabs_pos_eq t); last by lra.
have bt : ball a e (a + t * (b - a)).
  rewrite /ball /= /AbsRing_ball /abs /minus /plus /opp /=.
  by rewrite (_ : a + t * (b - a) + - a = t * (b - a)); [rewrite Rabs_mult (Rabs_pos_eq t); lra | ring].
move=> /(_ bt) /Rabs_le_between [low _].
have := conv t (conj (Rlt_le _ _ t0) t1) => up.
apply: (Rmult_le_reg_l t) => //; lra.
Qed.

(** A quantity [N] that does not grow at the times at which it is below [R] stays at most [N 0] if it
    starts below [R]. *)
Lemma barrier (N dN : R -> R) (T R0 : R) :
  (forall t, 0 <= t <= T -> is_derive N t (dN t)) ->
  (forall t, 0 <= t <= T -> N t < R0 -> dN t <= 0) ->
  N 0 < R0 -> forall t, 0 <= t <= T -> N t <= N 0.
Proof.
move=> D down N0 t1 [t10 t1T].
pose E s := 0 <= s <= t1 /\ forall x, 0 <= x <= s -> N x <= N 0.
have E0 : E 0 by split=> [|x xb]; [lra | rewrite (_ : x = 0); lra].
have [|m [ub lub]] := completeness E _ (ex_intro _ _ E0); first by exists t1 => s [[_ s1] _].
have m0 : 0 <= m by apply: ub.
have m1 : m <= t1 by apply: lub => s [[_ s1] _].
have close e : 0 < e -> exists s, E s /\ m - e < s.
  move=> e0; have [//|none] := Classical_Prop.classic (exists s, E s /\ m - e < s); exfalso.
  have : m <= m - e; last by lra.
  by apply: lub => s Es; apply: Rnot_lt_le => lt; apply: none; exists s.
have cN t : 0 <= t <= T -> continuous N t by move=> tb; apply: ex_derive_continuous; eexists; apply: D.
have mT : 0 <= m <= T by lra.
have below x : 0 <= x < m -> N x <= N 0.
  move=> xb; have p : 0 < m - x by lra.
  by have [s [[sb Es] ms]] := close _ p; apply: Es; lra.
have Nm : N m <= N 0.
  apply: Rnot_lt_le => lt; have p : 0 < N m - N 0 by lra.
  have [e He] := cN m mT _ (locally_ball (N m : R_UniformSpace) (mkposreal _ p)); have e0 := cond_pos e.
  have [z|mp] : m = 0 \/ 0 < m by lra.
    by move: lt; rewrite z; lra.
  pose x := m - Rmin (e / 2) m.
  have q : 0 < Rmin (e / 2) m by apply: Rmin_pos; lra.
  have q1 := Rmin_l (e / 2) m; have q2 := Rmin_r (e / 2) m.
  have xb : ball m e x.
    rewrite /ball /= /AbsRing_ball /abs /minus /plus /opp /= /x.
    by rewrite (_ : m - Rmin (e / 2) m + - m = - Rmin (e / 2) m); [rewrite Rabs_Ropp Rabs_pos_eq; lra | ring].
  have := He x xb; rewrite /ball /= /AbsRing_ball /abs /minus /plus /opp /= => /Rabs_def2 [_ l].
  by have : N x <= N 0 by [apply: below; rewrite /x; lra]; lra.
have p : 0 < R0 - N m by lra.
have [e He] := cN m mT _ (locally_ball (N m : R_UniformSpace) (mkposreal _ p)); have e0 := cond_pos e.
pose s := Rmin t1 (m + e / 2); have sm : m <= s by apply: Rmin_glb; lra.
have s1 : s <= t1 by apply: Rmin_l.
have s2 : s <= m + e / 2 by apply: Rmin_r.
have Es : E s.
  split=> [|x xb]; first by lra.
  have [lt|ge] := Rlt_le_dec x m; first by apply: below; lra.
  have DN t : m <= t <= s -> is_derive (fun r => - N r) t (- dN t).
    by move=> tb; apply: (is_derive_opp N); apply: D; lra.
  have := increasing (@closed_interval m s) DN (s := m) (t := x).
  case=> //; try lra; move=> y yb yb'; have : dN y <= 0; last by lra.
  apply: down; first by lra.
  have yb2 : ball m e y by rewrite /ball /= /AbsRing_ball /abs /minus /plus /opp /= Rabs_pos_eq; lra.
  have := He y yb2; rewrite /ball /= /AbsRing_ball /abs /minus /plus /opp /= => /Rabs_def2 [l _]; lra.
have := ub s Es => sm'; have ms : m = s by lra.
case: Es => _; apply; move: ms; rewrite /s /Rmin; case: Rle_dec => _ ms; lra.
Qed.
