(** Theorem 4.1, part (2): the collapse behind four units and the squared error stays stable for all weights and
    biases in a box around theirs, and a box is no set of measure zero. *)
From Coq Require Import Reals Lra Lia FunctionalExtensionality Classical.
From mathcomp Require Import ssreflect ssrfun ssrbool eqtype ssrnat seq choice fintype bigop.
From Coquelicot Require Import Coquelicot.
From Geometry Require Import vectors jets conditions chain pullback smooth real_functions activations boxes.
From Geometry.thm41 Require Import layers collapse refuted_smooth.
Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Open Scope R_scope.

(** The places of the weights and biases of a head with one hidden layer of [m] units, from R^d to R^k:
    those of [W_1], of [b_1], of [W_2] and of [b_2]. *)
Definition place (d m k : nat) : finType := [finType of ('I_m * 'I_d + 'I_m + 'I_k * 'I_m + 'I_k)%type].

(** The head with the weights and biases [w]. *)
Definition two_layers (d m k : nat) (w : place d m k -> R) : layers k d :=
  Layer (fun j i => w (inl (inl (inl (j, i))))) (fun j => w (inl (inl (inr j))))
    (Last (fun a j => w (inl (inr (a, j)))) (fun a => w (inr a))).

(** The sentence of reading `2-generic`, for heads with one hidden layer and an output: for all weights and biases
    outside a set of measure zero, the least eigenvalue of H_eff is negative at every collapse that satisfies the hypotheses. *)
Definition sentence_2_generic : Prop :=
  forall (d m k : nat) (L : vec k -> R) (s : R -> R), (0 < k)%nat -> smooth s ->
  exists N : (place d m k -> R) -> Prop, null N /\
  forall w, ~ N w -> forall (X : Type) (enc : X -> vec d) (z : vec d),
  assumed enc L s (two_layers w) z -> negative (effective L (head s (two_layers w)) z).

(** ** A critical point near 0 *)

Lemma slope_minimum (f : R -> R) (df : R -> R) e t :
  (forall x, is_derive f x (df x)) -> - e <= t <= e -> 0 < e -> df (- e) < 0 -> 0 < df e ->
  (forall x, - e <= x <= e -> f t <= f x) -> df t = 0.
Proof.
move=> D tb e0 lo hi mini; apply: NNPP => nz.
have /is_derive_Reals /(_ _ (Rabs_pos_lt _ nz)) [delta K] := D t.
have d0 := cond_pos delta.
(* a step of the length q, inwards, against the slope *)
have step q : q <> 0 -> Rabs q < delta -> - e <= t + q <= e -> df t * q < 0 -> False.
  move=> q0 qd qb neg; have := K q q0 qd; have := mini _ qb => le H.
  have A : Rabs (f (t + q) - f t - df t * q) < Rabs (df t * q).
    have := Rmult_lt_compat_r _ _ _ (Rabs_pos_lt _ q0) H; rewrite -!Rabs_mult.
    by rewrite (_ : ((f (t + q) - f t) / q - df t) * q = f (t + q) - f t - df t * q) //; field.
  by move: A; rewrite (Rabs_left (df t * q)) // => /Rabs_def2; lra.
pose q := Rmin (delta / 2) (e / 2).
have q1 : q <= delta / 2 by exact: Rmin_l.
have q2 : q <= e / 2 by exact: Rmin_r.
have q3 : 0 < q by apply: Rmin_pos; lra.
have [p|n] := Rlt_le_dec 0 (df t).
  have te : - e < t by case: tb => [[?|E] _]; [lra | exfalso; move: lo p; rewrite E => ? ?; lra].
  pose r := Rmin q (t + e); have r1 : r <= q by exact: Rmin_l.
  have r2 : r <= t + e by exact: Rmin_r.
  have r3 : 0 < r by apply: Rmin_pos; lra.
  by apply: (step (- r)); [lra | rewrite Rabs_Ropp Rabs_pos_eq; lra | lra | nra].
have te : t < e by case: tb => _ [?|E]; [lra | exfalso; move: hi n; rewrite E => ? ?; lra].
pose r := Rmin q (e - t); have r1 : r <= q by exact: Rmin_l.
have r2 : r <= e - t by exact: Rmin_r.
have r3 : 0 < r by apply: Rmin_pos; lra.
have n' : df t < 0 by case: n => // E; lra.
by apply: (step r); [lra | rewrite Rabs_pos_eq; lra | lra | nra].
Qed.

Lemma value_along (f df : R -> R) a b : (forall x, is_derive f x (df x)) ->
  exists c, Rmin a b <= c <= Rmax a b /\ f b - f a = df c * (b - a).
Proof.
move=> D; have [|t _|c [cb e]] := MVT_gen f a b df.
- by move=> t _; exact: D.
- by apply: derivable_continuous_pt; exists (df t); apply/is_derive_Reals.
by exists c.
Qed.

Section Critical.
Variables (f : vec 2 -> R) (g : vec 2 -> vec 2) (K : vec 2 -> mat 2 2) (e c : R).
Hypotheses (e0 : 0 < e) (c0 : 0 < c) (fC : forall y, cont f y) (known : forall y, second_order f g K y).
Let inside (z : vec 2) := forall i, - e <= z i <= e.
Hypothesis diagonal : forall z i, inside z -> 3 / 4 * c <= K z i i.
Hypothesis off : forall z i j, i <> j -> inside z -> Rabs (K z i j) <= c / 4.
Hypothesis small : forall i, Rabs (g zerov i) < c * e / 4.

Lemma along z i j x y : exists t, Rmin x y <= t <= Rmax x y /\
  g (upd z i y) j - g (upd z i x) j = K (upd z i t) i j * (y - x).
Proof.
have D t : is_derive (fun t => g (upd z i t) j) t (K (upd z i t) i j).
  have [_ D _ _] := known (upd z i t); have := D i j; rewrite upd_at.
  by apply: is_derive_ext => r; rewrite upd_upd.
by have [t T] := value_along x y D; exists t.
Qed.

(** On the faces of the square the slope points outwards. *)
Lemma face (i i' : 'I_2) z t : i <> i' -> (forall j, j = i \/ j = i') -> inside z -> t = e \/ t = - e ->
  0 < t * g (upd z i t) i.
Proof.
move=> ii cover zb te.
have [y1 [b1 E1]] := along (zerov : vec 2) i' i 0 (z i').
have [y2 [b2 E2]] := along (upd zerov i' (z i')) i i 0 t.
have zi := zb i'.
have ne : i != i' by apply/eqP.
have ne' : i' != i by rewrite eq_sym.
have U0 : upd (upd zerov i' (z i')) i 0 = upd (zerov : vec 2) i' (z i').
  apply: functional_extensionality => j; case: (cover j) => ->; first by rewrite upd_at upd_other.
  by rewrite upd_other.
have U1 : upd (zerov : vec 2) i' 0 = zerov.
  by apply: functional_extensionality => j; rewrite /upd /zerov; case: ifP.
have U2 : upd (upd zerov i' (z i')) i t = upd z i t.
  apply: functional_extensionality => j; case: (cover j) => ->; first by rewrite !upd_at.
  by rewrite upd_other // upd_at upd_other.
rewrite U0 U2 in E2; rewrite U1 in E1.
have B1 : Rabs (K (upd zerov i' y1) i' i) <= c / 4.
  apply: off => [E|j]; first by case: ii.
  rewrite /upd /zerov; case: ifP => _; last lra.
  by move: b1; rewrite /Rmin /Rmax; case: Rle_dec; lra.
have B2 : 3 / 4 * c <= K (upd (upd zerov i' (z i')) i y2) i i.
  apply: diagonal => j; rewrite /upd; case: ifP => _; last by case: ifP => _; rewrite /zerov; lra.
  by case: te => te; move: b2; rewrite te /Rmin /Rmax; case: Rle_dec; lra.
have S := small i.
move: B1 => /Rabs_le_between B1; move: S => /Rabs_def2 S.
have P1 : Rabs (K (upd zerov i' y1) i' i * (z i' - 0)) <= c / 4 * e.
  rewrite Rabs_mult; apply: Rmult_le_compat; try exact: Rabs_pos.
    by apply/Rabs_le_between.
  by apply: Rabs_le; lra.
move: P1 => /Rabs_le_between P1.
have P2 := Rmult_le_compat_r e _ _ (Rlt_le _ _ e0) B2.
by case: te => te; rewrite te in E2 |- *; nra.
Qed.

Lemma critical_point : exists z, inside z /\ g z = zerov.
Proof.
have [z [zb mini]] := @minimum 2 f (fun _ => - e) (fun _ => e) fC (fun _ => ltac:(lra)).
exists z; split=> //.
have zero (i i' : 'I_2) : i <> i' -> (forall j, j = i \/ j = i') -> g z i = 0.
  move=> ii cover.
  have D t : is_derive (fun t => f (upd z i t)) t (g (upd z i t) i).
    have [D _ _ _] := known (upd z i t); have := D i; rewrite upd_at.
    by apply: is_derive_ext => r; rewrite upd_upd.
  have := @slope_minimum _ _ e (z i) D (zb i) e0; rewrite upd_same; apply.
  - by have := face ii cover zb (or_intror erefl); nra.
  - by have := face ii cover zb (or_introl erefl); nra.
  - by move=> x xb; apply: mini => j; rewrite /upd; case: ifP => _.
apply: functional_extensionality; apply: all2.
  by apply: (@zero _ second) => //; apply: all2; [left | right].
by apply: (@zero _ first) => //; apply: all2; [right | left].
Qed.
End Critical.

(** ** Continuity in the weights and in z *)

Section Joint.
Variable T : Type.
Implicit Types (p : T -> R) (f : (T -> R) -> R).

Definition jcont f p : Prop := continuous (f : fct_UniformSpace T R_UniformSpace -> R) p.

Lemma jcont_const a p : jcont (fun _ => a) p.
Proof. exact: continuous_const. Qed.
Lemma jcont_coordinate t p : jcont (fun q => q t) p.
Proof. by move=> P [e H]; exists e => y b; apply: H; exact: b. Qed.
Lemma jcont_plus f g p : jcont f p -> jcont g p -> jcont (fun q => f q + g q) p.
Proof. exact: continuous_plus. Qed.
Lemma jcont_mult f g p : jcont f p -> jcont g p -> jcont (fun q => f q * g q) p.
Proof. exact: continuous_mult. Qed.
Lemma jcont_comp (s : R -> R) f p : jcont f p -> (forall x, continuous s x) -> jcont (fun q => s (f q)) p.
Proof. by move=> c cs; apply: (continuous_comp (f : fct_UniformSpace T R_UniformSpace -> R) s). Qed.
Lemma jcont_sum m (F : 'I_m -> (T -> R) -> R) p :
  (forall i, jcont (F i) p) -> jcont (fun q => \sum_(i < m) F i q) p.
Proof.
elim: m F => [|m IH] F H.
  by apply: (continuous_ext (fun _ => 0)) => [q|]; [rewrite big_ord0 | exact: continuous_const].
apply: (continuous_ext (fun q => F ord0 q + \sum_(i < m) F (lift ord0 i) q)) => [q|].
  by rewrite [RHS]big_ord_recl.
by apply: jcont_plus => //; apply: IH.
Qed.
Lemma jcont_gt f p a : jcont f p -> a < f p -> locally (p : fct_UniformSpace T R_UniformSpace) (fun q => a < f q).
Proof. by move=> c l; exact: (c _ (locally_lt l)). Qed.
Lemma jcont_lt f p a : jcont f p -> f p < a -> locally (p : fct_UniformSpace T R_UniformSpace) (fun q => f q < a).
Proof. by move=> c l; exact: (c _ (locally_gt l)). Qed.
Lemma jcont_abs f p a : jcont f p -> Rabs (f p) < a ->
  locally (p : fct_UniformSpace T R_UniformSpace) (fun q => Rabs (f q) < a).
Proof.
move=> c /Rabs_def2 [l1 l2].
apply: filter_imp (filter_and _ _ (jcont_lt c l1) (jcont_gt c l2)) => q [a1 a2].
exact: Rabs_def1.
Qed.
End Joint.

Lemma is_derive_sum m (F : 'I_m -> R -> R) (D : 'I_m -> R) x :
  (forall j, is_derive (F j) x (D j)) -> is_derive (fun t => \sum_(j < m) F j t) x (\sum_(j < m) D j).
Proof.
elim: m F D => [|m IH] F D H.
  rewrite big_ord0; apply: (is_derive_ext (fun _ => 0)) => [t|]; last exact: is_derive_const.
  by rewrite big_ord0.
rewrite big_ord_recl; apply: (is_derive_ext (fun t => F ord0 t + \sum_(j < m) F (lift ord0 j) t)) => [t|].
  by rewrite [RHS]big_ord_recl.
by apply: is_derive_plus => //; apply: IH.
Qed.

(** ** The perturbed heads *)

Section Perturbed.
Variable s : R -> R.
Hypothesis sS : smooth s.
Let s1 := Derive s.
Let s2 := Derive s1.

Definition point := (place 2 4 1 + 'I_2)%type.
Definition join (w : place 2 4 1 -> R) (z : vec 2) : point -> R :=
  fun t => match t with inl i => w i | inr i => z i end.
Implicit Types q : point -> R.

Definition win q (j : 'I_4) (i : 'I_2) : R := q (inl (inl (inl (inl (j, i))))).
Definition bin q (j : 'I_4) : R := q (inl (inl (inl (inr j)))).
Definition wout q (j : 'I_4) : R := q (inl (inl (inr (first, j)))).
Definition bout q : R := q (inl (inr first)).
Definition pre q (j : 'I_4) : R := \sum_(i < 2) (win q j i * q (inr i)) + bin q j.
Definition out q : R := \sum_(j < 4) (wout q j * s (pre q j)) + bout q.
Definition slope q (i : 'I_2) : R := \sum_(j < 4) (wout q j * (win q j i * s1 (pre q j))).
Definition bend q (i l : 'I_2) : R := \sum_(j < 4) (wout q j * (win q j l * (win q j i * s2 (pre q j)))).
Definition gradient q (i : 'I_2) : R := (out q + 1) * slope q i.
Definition curvature q (i l : 'I_2) : R := slope q i * slope q l + (out q + 1) * bend q i l.

Lemma cs x : continuous s x.
Proof. by apply: ex_derive_continuous; exists (s1 x); exact: d1. Qed.

Lemma jcont_pre j q : jcont (fun q => pre q j) q.
Proof.
apply: jcont_plus; last exact: jcont_coordinate.
by apply: jcont_sum => i; apply: jcont_mult; exact: jcont_coordinate.
Qed.

Lemma jcont_out q : jcont (fun q => out q + 1) q.
Proof.
apply: jcont_plus; last exact: jcont_const.
apply: jcont_plus; last exact: jcont_coordinate.
apply: jcont_sum => j; apply: jcont_mult; first exact: jcont_coordinate.
by apply: jcont_comp; [exact: jcont_pre | exact: cs].
Qed.

Lemma jcont_slope i q : jcont (fun q => slope q i) q.
Proof.
apply: jcont_sum => j; apply: jcont_mult; first exact: jcont_coordinate.
apply: jcont_mult; first exact: jcont_coordinate.
by apply: jcont_comp; [exact: jcont_pre | exact: c1].
Qed.

Lemma jcont_bend i l q : jcont (fun q => bend q i l) q.
Proof.
apply: jcont_sum => j; apply: jcont_mult; first exact: jcont_coordinate.
apply: jcont_mult; first exact: jcont_coordinate.
apply: jcont_mult; first exact: jcont_coordinate.
by apply: jcont_comp; [exact: jcont_pre | exact: c2].
Qed.

Lemma jcont_gradient i q : jcont (fun q => gradient q i) q.
Proof. by apply: jcont_mult; [exact: jcont_out | exact: jcont_slope]. Qed.

Lemma jcont_curvature i l q : jcont (fun q => curvature q i l) q.
Proof.
apply: jcont_plus; first by apply: jcont_mult; exact: jcont_slope.
by apply: jcont_mult; [exact: jcont_out | exact: jcont_bend].
Qed.

(** For fixed weights a function that is continuous in both is continuous in z. *)
Lemma jcont_z (f : (point -> R) -> R) w z : jcont f (join w z) -> cont (fun y => f (join w y)) z.
Proof.
move=> c P LP; have [e H] := c P LP; exists e => y b; apply: H => -[i|i] /=; last exact: b.
exact: ball_center.
Qed.

Lemma head_out w : head s (two_layers w) = fun z => vec1 (out (join w z)).
Proof.
apply: functional_extensionality => z; apply: functional_extensionality; apply: all1.
by rewrite /= /affine /addv /mulv /activate.
Qed.

Lemma pre_upd w z i j : is_derive (fun t => pre (join w (upd z i t)) j) (z i) (win (join w z) j i).
Proof.
have -> : win (join w z) j i = jac (affine (win (join w z)) (bin (join w z))) z j i by rewrite jac_affine.
by apply: is_derive_partial; apply: C1_ex; apply: C2_C1; exact: C2_affine.
Qed.

Lemma head_known w z : second_order (fun z => out (join w z)) (fun z i => slope (join w z) i)
  (fun z i l => bend (join w z) i l) z.
Proof.
split.
- move=> i; rewrite -[slope _ i]Rplus_0_r; apply: is_derive_plus; last exact: is_derive_const.
  apply: is_derive_sum => j; apply: is_derive_scal.
  have := Coquelicot.Derive.is_derive_comp s (fun t => pre (join w (upd z i t)) j) (z i) _ _ (d1 sS _) (pre_upd w z i j).
  by rewrite upd_same.
- move=> i l; apply: is_derive_sum => j; apply: is_derive_scal; apply: is_derive_scal.
  have := Coquelicot.Derive.is_derive_comp s1 (fun t => pre (join w (upd z i t)) j) (z i) _ _ (d2 sS _) (pre_upd w z i j).
  by rewrite upd_same.
- by move=> i; apply: (jcont_z (f := fun q => slope q i)); exact: jcont_slope.
- by move=> i l; apply: (jcont_z (f := fun q => bend q i l)); exact: jcont_bend.
Qed.

Lemma loss_known w z : second_order (fun z => squared_error (head s (two_layers w) z))
  (fun z i => gradient (join w z) i) (fun z i l => curvature (join w z) i l) z.
Proof.
have [D1 D2 _ _] := head_known w z.
have R1 i : is_derive (fun t => out (join w (upd z i t)) + 1) (z i) (slope (join w z) i).
  by rewrite -[slope _ i]Rplus_0_r; apply: is_derive_plus; [exact: D1 | exact: is_derive_const].
split.
- move=> i; apply: (is_derive_ext (fun t => / 2 * (out (join w (upd z i t)) + 1) ^ 2)) => [t|].
    by rewrite head_out /squared_error /vec1 Rmult_comm.
  have := is_derive_scal _ _ (/ 2) _ (is_derive_pow _ 2 _ _ (R1 i)); rewrite upd_same.
  by rewrite (_ : / 2 * _ = gradient (join w z) i) // /gradient /=; field.
- move=> i l; have := is_derive_mult _ _ _ _ _ (R1 i) (D2 i l) Rmult_comm.
  by rewrite upd_same.
- by move=> i; apply: (jcont_z (f := fun q => gradient q i)); exact: jcont_gradient.
- by move=> i l; apply: (jcont_z (f := fun q => curvature q i l)); exact: jcont_curvature.
Qed.

(** The weights of the counterexample to `2-every`. *)
Definition centre : place 2 4 1 -> R := fun t =>
  match t with inl (inl (inl (j, i))) => W1 j i | inl (inl (inr _)) => 0 | inl (inr _) => 1 | inr _ => -4 * s 0 end.

Lemma centre_values : let q := join centre zerov in
  [/\ out q = 0, forall i, slope q i = 0 & forall i l, bend q i l = 2 * s2 0 * kron i l].
Proof.
have p j : pre (join centre zerov) j = 0 by rewrite /pre sum2 /= /bin /zerov /=; ring.
split.
- by rewrite /out sum4 !p /wout /bout /=; ring.
- by apply: all2; rewrite /slope sum4 !p /wout /win /= /W1 /vec2 /=; ring.
- by apply: all2; apply: all2; rewrite /bend sum4 !p /wout /win /kron /= /W1 /vec2 /=; ring.
Qed.

(** There is a box around the weights and biases of the counterexample such that, for all of those in the box, some z
    satisfies every hypothesis and H_eff(z) is positive definite. *)
Theorem persistence : 0 < s2 0 -> exists eps, 0 < eps /\
  forall w, (forall t, Rabs (w t - centre t) < eps) -> exists z,
  assumed (fun _ : unit => z) squared_error s (two_layers w) z /\
  forall v, v <> zerov -> 0 < form (effective squared_error (head s (two_layers w)) z) v v.
Proof.
move=> pos; pose c := 2 * s2 0; have c0 : 0 < c by rewrite /c; lra.
have [O S B] := centre_values; set q0 := join centre zerov in O S B.
have C i l : curvature q0 i l = c * kron i l by rewrite /curvature O !S B /c; ring.
have G i : gradient q0 i = 0 by rewrite /gradient S; ring.
have k1 (i : 'I_2) : kron i i = 1 by rewrite /kron eqxx.
have k2 (i l : 'I_2) : i <> l -> kron i l = 0 by rewrite /kron; case: eqP.
have box (Q : (point -> R) -> Prop) : locally (q0 : fct_UniformSpace point R_UniformSpace) Q ->
    exists e, 0 < e /\ forall w z, (forall t, Rabs (w t - centre t) < e) -> (forall i, Rabs (z i) < e) -> Q (join w z).
  move=> [e H]; exists e; split; first exact: cond_pos.
  move=> w z wb zb; apply: H => -[t|i]; first exact: wb.
  by rewrite /ball /= /AbsRing_ball /abs /minus /plus /opp /= Ropp_0 Rplus_0_r.
have [e1 [e10 H1]] : exists e, 0 < e /\ forall w z, (forall t, Rabs (w t - centre t) < e) -> (forall i, Rabs (z i) < e) ->
    [/\ forall i, 3 / 4 * c < curvature (join w z) i i,
        forall i l, i <> l -> Rabs (curvature (join w z) i l) < c / 4,
        0 < out (join w z) + 1 & 0 < bend (join w z) first first].
  apply: (box (fun q => [/\ forall i, 3 / 4 * c < curvature q i i,
        forall i l, i <> l -> Rabs (curvature q i l) < c / 4, 0 < out q + 1 & 0 < bend q first first])).
  have dg i : locally (q0 : fct_UniformSpace point R_UniformSpace) (fun q => 3 / 4 * c < curvature q i i).
    by apply: (jcont_gt (f := fun q => curvature q i i)); [exact: jcont_curvature | rewrite C k1; lra].
  have og i l : i <> l -> locally (q0 : fct_UniformSpace point R_UniformSpace) (fun q => Rabs (curvature q i l) < c / 4).
    by move=> il; apply: (jcont_abs (f := fun q => curvature q i l)); [exact: jcont_curvature | rewrite C k2 // Rmult_0_r Rabs_R0; lra].
  have lo : locally (q0 : fct_UniformSpace point R_UniformSpace) (fun q => 0 < out q + 1).
    by apply: (jcont_gt (f := fun q => out q + 1)); [exact: jcont_out | rewrite O; lra].
  have lb : locally (q0 : fct_UniformSpace point R_UniformSpace) (fun q => 0 < bend q first first).
    by apply: (jcont_gt (f := fun q => bend q first first)); [exact: jcont_bend | rewrite B k1; lra].
  have fs : (first : 'I_2) <> second by [].
  have sf : (second : 'I_2) <> first by [].
  apply: filter_imp (filter_and _ _ (filter_and _ _ (dg first) (dg second))
    (filter_and _ _ (filter_and _ _ (og _ _ fs) (og _ _ sf)) (filter_and _ _ lo lb))).
  move=> q [[A1 A2] [[A3 A4] [A5 A6]]]; split=> //; first exact: all2.
  by apply: all2; apply: all2.
pose eta := e1 / 2; have eta0 : 0 < eta by rewrite /eta; lra.
have [e2 [e20 H2]] : exists e, 0 < e /\ forall w z, (forall t, Rabs (w t - centre t) < e) -> (forall i, Rabs (z i) < e) ->
    forall i, Rabs (gradient (join w z) i) < c * eta / 4.
  apply: (box (fun q => forall i, Rabs (gradient q i) < c * eta / 4)).
  have gi i : locally (q0 : fct_UniformSpace point R_UniformSpace) (fun q => Rabs (gradient q i) < c * eta / 4).
    apply: (jcont_abs (f := fun q => gradient q i)); first exact: jcont_gradient.
    by rewrite G Rabs_R0; have := Rmult_lt_0_compat _ _ c0 eta0; lra.
  by apply: filter_imp (filter_and _ _ (gi first) (gi second)) => q [A1 A2]; exact: all2.
exists (Rmin e1 e2); split; first exact: Rmin_pos.
move=> w wb.
have wb1 t : Rabs (w t - centre t) < e1 by apply: Rlt_le_trans (wb t) (Rmin_l _ _).
have wb2 t : Rabs (w t - centre t) < e2 by apply: Rlt_le_trans (wb t) (Rmin_r _ _).
have near1 (z : vec 2) : (forall i, - eta <= z i <= eta) -> forall i, Rabs (z i) < e1.
  by move=> zb i; have := zb i; rewrite /eta => ?; apply: Rabs_def1; lra.
pose h := head s (two_layers w).
have hC z : C2map h z by rewrite /h head_out => a; exact: known_C2 (near_all _ (head_known w)).
have [||||z [zb gz]] := @critical_point _ _ _ eta c eta0 _ (loss_known w).
- move=> y; rewrite head_out; apply: (cont_ext_near (f := fun z => / 2 * ((out (join w z) + 1) * (out (join w z) + 1)))).
    by apply: near_all => x; rewrite /squared_error /vec1 /=; field.
  apply: cont_mult; first exact: cont_const.
  by apply: cont_mult; apply: (jcont_z (f := fun q => out q + 1)); exact: jcont_out.
- by move=> z i zb; have [A _ _ _] := H1 w z wb1 (near1 z zb); apply: Rlt_le.
- by move=> z i j ij zb; have [_ A _ _] := H1 w z wb1 (near1 z zb); apply: Rlt_le; exact: A.
- by move=> i; apply: H2 => // j; rewrite /zerov Rabs_R0.
have [A1 A2 A3 A4] := H1 w z wb1 (near1 z zb).
have Lg u : grad squared_error u = vec1 (u first + 1) by exact: known_grad (near_all _ squared_error_known).
have LH u : hess squared_error u = fun _ _ => 1 by exact: known_hess (near_all _ squared_error_known).
exists z; split; last first.
  move=> v v0; rewrite /effective (known_hess (near_all _ (loss_known w))) /form /dot /mulv !sum2.
  have a1 := A1 first; have a2 := A1 second.
  have := A2 first second; have := A2 second first => o1 o2.
  have {}o1 : Rabs (curvature (join w z) second first) < c / 4 by apply: o1.
  have {}o2 : Rabs (curvature (join w z) first second) < c / 4 by apply: o2.
  move: o1 o2 => /Rabs_def2 o1 /Rabs_def2 o2.
  move: (curvature _ first first) (curvature _ first second) (curvature _ second first) (curvature _ second second)
    a1 a2 o1 o2 => k11 k12 k21 k22 a1 a2 o1 o2.
  have n : v first <> 0 \/ v second <> 0.
    have [e|] := Req_dec (v first) 0; last by left.
    by right => e'; apply: v0; apply: functional_extensionality; apply: all2.
  have s1' := Rle_0_sqr (v first); have s2' := Rle_0_sqr (v second).
  have m1 := Rle_0_sqr (v first + v second); have m2 := Rle_0_sqr (v first - v second).
  have q : 0 < v first * v first + v second * v second.
    by case: n => /Rsqr_pos_lt; rewrite /Rsqr in s1' s2' *; lra.
  rewrite /Rsqr in s1' s2' m1 m2.
  have P1 := Rmult_le_compat_r _ _ _ s1' (Rlt_le _ _ a1).
  have P2 := Rmult_le_compat_r _ _ _ s2' (Rlt_le _ _ a2).
  have P3 : - (c / 4) * (v first * v first + v second * v second) <= (k12 + k21) * (v first * v second).
    have := Rabs_le_between (v first * v second) ((v first * v first + v second * v second) / 2).
    by case=> _ /(_ ltac:(lra)); have := Rabs_pos (v first * v second); nra.
  have := Rmult_lt_0_compat _ _ c0 q; lra.
have uE : grad squared_error (h z) = vec1 (out (join w z) + 1) by rewrite Lg /h head_out.
rewrite /assumed; cbv zeta; rewrite -/h; split; split.
- exact: sS.
- exact: hC.
- exact: known_C2 (near_all _ squared_error_known).
- by [].
- by rewrite uE => /(at_index first); rewrite /vec1 /zerov; lra.
- rewrite /critical uE; apply: functional_extensionality => i; rewrite /mulv /tr sum1 /vec1.
  have -> : jac h z first i = grad (fun y => out (join w y)) z i by rewrite /h head_out.
  rewrite (known_grad (near_all _ (head_known w))).
  by have := at_index i gz; rewrite /gradient /zerov Rmult_comm.
- exists first, first, first; rewrite /h head_out.
  rewrite (_ : comp _ first = fun y => out (join w y)) // (known_hess (near_all _ (head_known w))).
  by move: A4; lra.
- exists 1%N; split; last by lia.
  exists (fun _ => first); rewrite LH; split.
    move=> a /(at_index first); rewrite /combination sum1 /zerov => E.
    by apply: functional_extensionality; apply: all1; lra.
  move=> j; exists (vec1 1); apply: functional_extensionality => i.
  by rewrite /combination sum1 /vec1; ring.
- move=> v; rewrite LH /form /dot /mulv !sum1.
  by have := Rle_0_sqr (v first); rewrite /Rsqr; lra.
Qed.
End Perturbed.

(** The box, for each named activation. *)
Theorem generic_counterexample : forall s, named_activation s -> exists eps, 0 < eps /\
  forall w, (forall t, Rabs (w t - centre s t) < eps) -> exists z,
  assumed (fun _ : unit => z) squared_error s (two_layers w) z /\
  forall v, v <> zerov -> 0 < form (effective squared_error (head s (two_layers w)) z) v v.
Proof. by move=> s n; apply: persistence; [exact: named_smooth | exact: named_bend]. Qed.

(** Reading `2-generic` is refuted. *)
Theorem refuted_2_generic : ~ sentence_2_generic.
Proof.
move=> S; have n : named_activation softplus by left.
have [eps [e0 H]] := generic_counterexample n.
have [N [nul G]] := S 2%N 4%N 1%N squared_error softplus isT (named_smooth n).
have [|w [wb nN]] := @box_not_null _ N (fun t => centre softplus t - eps / 2) (fun t => centre softplus t + eps / 2) _ nul.
  by move=> t; lra.
have [|z [A pd]] := H w; first by move=> t; have := wb t => ?; apply: Rabs_def1; lra.
have [v v0] := G w nN _ _ z A; have [E|ne] := classic (v = zerov).
  move: v0; rewrite E /form /dot /mulv !sum2 /zerov; lra.
by have := pd v ne; lra.
Qed.
