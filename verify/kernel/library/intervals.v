(** Functions of one real variable on an interval: constancy, growth, and oscillation. *)
From Coq Require Import Reals Lra Psatz FunctionalExtensionality.
From mathcomp Require Import ssreflect ssrfun ssrbool eqtype ssrnat seq fintype bigop.
From Coquelicot Require Import Coquelicot.
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
