(** Theorem 4.1: collapses behind a linear head and behind a ReLU head from which gradient flow moves away. *)
From Coq Require Import Reals Lra Lia FunctionalExtensionality.
From mathcomp Require Import ssreflect ssrfun ssrbool eqtype ssrnat seq fintype bigop.
From Coquelicot Require Import Coquelicot.
From Geometry Require Import vectors jets conditions chain pullback smooth real_functions.
From Geometry.thm41 Require Import layers collapse.
Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Open Scope R_scope.

(** The sentence of reading `1-non-repelling`: with a linear (affine) head and hess L (h(z)) positive semidefinite,
    gradient flow of L o h does not move away from z. *)
Definition sentence_1_non_repelling : Prop :=
  forall (X : Type) (d k : nat) (enc : X -> vec d) (L : vec k -> R) (W : mat k d) (b : vec k) (z : vec d),
  C2 L (affine W b z) -> collapsed enc z -> grad L (affine W b z) <> zerov -> critical L (affine W b) z ->
  psd (hess L (affine W b z)) -> stays (fun y => L (affine W b y)) z.

(** The sentence of reading `relu-non-repelling`: with a multilayer perceptron with ReLU activations and
    hess L (h(z)) positive semidefinite, gradient flow of L o h does not move away from a stationary z. *)
Definition sentence_relu_non_repelling : Prop :=
  forall (X : Type) (d k : nat) (enc : X -> vec d) (L : vec k -> R) (N : layers k d) (z : vec d),
  let h := head relu N in
  C2 L (h z) -> collapsed enc z -> grad L (h z) <> zerov -> stationary (fun y => L (h y)) z ->
  psd (hess L (h z)) -> stays (fun y => L (h y)) z.

(** ** A quartic that falls *)

(** L(u) = u_2 - u_1^4 behind h(z) = (z, 0), so that L(h(z)) = - z^4. *)
Definition falling (u : vec 2) : R := u second - u first ^ 4.
Definition first_axis : mat 2 1 := fun a _ => if a == first then 1 else 0.

Lemma falling_known y : second_order falling (fun u => vec2 (-4 * u first ^ 3) 1)
  (fun u i j => if i == first then if j == first then -12 * u first ^ 2 else 0 else 0) y.
Proof.
split.
- by apply: all2; rewrite /falling /vec2 /upd /=; auto_derive => //=; ring.
- by apply: all2; apply: all2; rewrite /vec2 /upd /=; auto_derive => //=; ring.
- by apply: all2; rewrite /vec2 /=; continuity.
- by apply: all2; apply: all2; rewrite /=; continuity.
Qed.

Lemma falling_head y : falling (affine first_axis zerov y) = - y first ^ 4.
Proof. by rewrite /falling /affine /addv /mulv !sum1 /first_axis /zerov /=; ring. Qed.

Lemma quartic_known y : second_order (fun z : vec 1 => - z first ^ 4) (fun z => vec1 (-4 * z first ^ 3))
  (fun z _ _ => -12 * z first ^ 2) y.
Proof.
split.
- by apply: all1; rewrite /vec1 /upd /=; auto_derive => //=; ring.
- by apply: all1; apply: all1; rewrite /vec1 /upd /=; auto_derive => //=; ring.
- by apply: all1; rewrite /vec1; continuity.
- by apply: all1; apply: all1; continuity.
Qed.

Lemma len_vec1 (x : vec 1) : len x = Rabs (x first).
Proof. by rewrite /len /dot sum1 -/(Rsqr _) sqrt_Rsqr_abs. Qed.

(** Flows that start at [a > 0], however close to 0, are at distance 1 at some time. *)
Lemma leaves (f : vec 1 -> R) :
  (forall a, 0 < a < 1 -> exists gamma T, [/\ 0 <= T, flow f gamma T, gamma 0 first = a & gamma T first = 1]) ->
  ~ stays f zerov.
Proof.
move=> L /(_ 1 Rlt_0_1) [delta [d0 K]].
have m0 : 0 < Rmin delta 1 by apply: Rmin_pos; lra.
have m1 := Rmin_l delta 1; have m2 := Rmin_r delta 1.
have [|gamma [T [T0 fl g0 gT]]] := L (Rmin delta 1 / 2); first lra.
have := K gamma T fl _ T; rewrite !len_vec1 /subv /zerov g0 gT !Rminus_0_r Rabs_R1 => H.
suff : 1 < 1 by lra.
by apply: H; [rewrite Rabs_pos_eq; lra | lra].
Qed.

(** The solution z(t) = a / sqrt (1 - 8 a^2 t) of z' = 4 z^3. *)
Definition solution (a t : R) : vec 1 := vec1 (a / sqrt (1 - 8 * a ^ 2 * t)).

Lemma solution_velocity a t : 0 < 1 - 8 * a ^ 2 * t ->
  has_velocity (solution a) t (vec1 (4 * solution a t first ^ 3)).
Proof.
move=> p; have q := sqrt_lt_R0 _ p.
apply: all1; rewrite /solution /vec1; auto_derive.
  by split; [exact: p | split => //; apply: Rgt_not_eq].
by move: q; rewrite /=; move: (sqrt _) => s q; field; lra.
Qed.

Lemma quartic_leaves : ~ stays (fun y => falling (affine first_axis zerov y)) zerov.
Proof.
have E : (fun y => falling (affine first_axis zerov y)) = (fun z : vec 1 => - z first ^ 4).
  by apply: functional_extensionality => y; rewrite falling_head.
rewrite E; apply: leaves => a [a0 a1].
have p0 : 0 < a ^ 2 by apply: pow_lt.
exists (solution a), ((1 - a ^ 2) / (8 * a ^ 2)); split.
- apply: Rmult_le_pos; first by rewrite /= in p0 |- *; nra.
  by apply: Rlt_le; apply: Rinv_0_lt_compat; lra.
- move=> t [t0 tT]; split; first exact: C2_C1 (known_C2 (near_all _ quartic_known)).
  have p : 0 < 1 - 8 * a ^ 2 * t.
    have := Rmult_le_compat_l (8 * a ^ 2) _ _ _ tT; rewrite (_ : 8 * a ^ 2 * ((1 - a ^ 2) / (8 * a ^ 2)) = 1 - a ^ 2); last first.
      by field; lra.
    by move=> H; have := H; lra.
  rewrite (known_grad (near_all _ quartic_known)) => i; have := solution_velocity p i.
  by rewrite /scalev /vec1 (_ : -1 * (-4 * _) = 4 * solution a t first ^ 3) //; ring.
- by rewrite /solution /vec1 Rmult_0_r Rminus_0_r sqrt_1; field.
- rewrite /solution /vec1 (_ : 1 - _ = a * a); last by field; lra.
  by rewrite sqrt_square; [field|]; lra.
Qed.

(** The counterexample to `1-non-repelling`: rho = (0, 1) is not zero, z = 0 is critical, hess L = 0 there, and
    gradient flow of - z^4 moves away from 0. *)
Theorem non_repelling_counterexample :
  let z : vec 1 := zerov in let h := affine first_axis zerov in
  [/\ forall u, C2 falling u, grad falling (h z) = vec2 0 1, critical falling h z, psd (hess falling (h z))
    & ~ stays (fun y => falling (h y)) z].
Proof.
move=> z h; have uE : h z = zerov.
  by apply: functional_extensionality => i; rewrite /h /affine /addv /mulv sum1 /z /zerov; ring.
have gE : grad falling (h z) = vec2 0 1.
  rewrite (known_grad (near_all _ falling_known)) uE.
  by apply: functional_extensionality; apply: all2; rewrite /vec2 /zerov /=; ring.
split=> //.
- by move=> u; exact: known_C2 (near_all _ falling_known).
- rewrite /critical gE jac_affine; apply: functional_extensionality => i.
  by rewrite /mulv /tr sum2 /first_axis /vec2 /zerov /=; ring.
- move=> v; rewrite (known_hess (near_all _ falling_known)) uE /form /dot /mulv !sum2 /zerov /=; lra.
- exact: quartic_leaves.
Qed.

(** Moreover every trajectory that does not start at 0 moves away from it all the time. *)
Theorem falling_repels (gamma : R -> vec 1) T : flow (fun y => falling (affine first_axis zerov y)) gamma T ->
  gamma 0 first <> 0 ->
  forall s t, 0 <= s -> s < t -> t <= T -> gamma s first ^ 2 < gamma t first ^ 2.
Proof.
have E : (fun y => falling (affine first_axis zerov y)) = (fun z : vec 1 => - z first ^ 4).
  by apply: functional_extensionality => y; rewrite falling_head.
rewrite E => fl g0; pose q t := gamma t first ^ 2.
have D t : 0 <= t <= T -> is_derive q t (8 * gamma t first ^ 4).
  move=> tb; have [_ /(_ first)] := fl t tb; rewrite (known_grad (near_all _ quartic_known)) => V.
  have := is_derive_pow _ 2 _ _ V; rewrite /scalev /vec1.
  by rewrite (_ : INR 2 * _ * _ ^ 1 = 8 * gamma t first ^ 4) //=; ring.
have mvt s t : 0 <= s -> s < t -> t <= T -> exists c, s <= c <= t /\ q t - q s = 8 * gamma c first ^ 4 * (t - s).
  move=> s0 st tT; have [|x xb|c [cb e]] := MVT_gen q s t (fun x => 8 * gamma x first ^ 4).
  - by move=> x; rewrite Rmin_left ?Rmax_right; try lra; move=> xb; apply: D; lra.
  - apply: derivable_continuous_pt; exists (8 * gamma x first ^ 4); apply/is_derive_Reals; apply: D.
    by move: xb; rewrite Rmin_left ?Rmax_right; lra.
  by exists c; split=> //; move: cb; rewrite Rmin_left ?Rmax_right; lra.
have four x : gamma x first ^ 4 = q x * q x by rewrite /q /=; ring.
have up s t : 0 <= s -> s < t -> t <= T -> q s <= q t.
  move=> s0 st tT; have [c [cb e]] := mvt s t s0 st tT; rewrite four in e.
  by have := Rle_0_sqr (q c); rewrite /Rsqr => sq; have := Rmult_le_pos _ (t - s) sq; lra.
have pos0 : 0 < q 0 by have := Rsqr_pos_lt _ g0; rewrite /q /Rsqr /=; lra.
have pos t : 0 <= t -> t <= T -> 0 < q t.
  by move=> [lt|<- //] tT; have := up 0 t (Rle_refl 0) lt tT; lra.
move=> s t s0 st tT; have [c [cb e]] := mvt s t s0 st tT; rewrite four in e.
have pc : 0 < q c by apply: pos; lra.
have := Rmult_lt_0_compat _ (t - s) (Rmult_lt_0_compat _ _ pc pc); rewrite -/(q s) -/(q t); lra.
Qed.

(** Reading `1-non-repelling` is refuted. *)
Theorem refuted_1_non_repelling : ~ sentence_1_non_repelling.
Proof.
move=> S; have [c2 r cr ps no] := non_repelling_counterexample; apply: no.
apply: (S unit _ _ (fun _ => zerov) _ _ _ _ (c2 _) (fun _ => erefl) _ cr ps).
by rewrite r => /(at_index second); rewrite /vec2 /zerov /=; lra.
Qed.

(** ** A kink *)

(** The head h(z) = - relu(z) - relu(-z) = - |z| with two hidden units, and the loss L(u) = u. *)
Definition kink_head : layers 1 1 :=
  Layer (m := 2) (fun j _ => if j == first then 1 else -1) zerov (Last (fun _ _ => -1) zerov).
Definition value (u : vec 1) : R := u first.

Lemma kink_headE y : head relu kink_head y = vec1 (- Rabs (y first)).
Proof.
apply: functional_extensionality => i.
rewrite /= /affine /addv /mulv sum2 /activate !sum1 /zerov /= /vec1 -relu_sum.
have -> : 1 * y first + 0 = y first by ring.
have -> : -1 * y first + 0 = - y first by ring.
ring.
Qed.

Lemma value_known u : second_order value (fun _ => vec1 1) (fun _ _ _ => 0) u.
Proof.
split.
- by apply: all1; rewrite /value /upd /=; auto_derive.
- by apply: all1; apply: all1; rewrite /vec1; auto_derive.
- by apply: all1; continuity.
- by apply: all1; apply: all1; continuity.
Qed.

Lemma minus_abs_known y : 0 < y first ->
  near y (second_order (fun z : vec 1 => - z first) (fun _ => vec1 (-1)) (fun _ _ _ => 0)).
Proof.
move=> _; apply: near_all => {}y; split.
- by apply: all1; rewrite /vec1 /upd /=; auto_derive.
- by apply: all1; apply: all1; rewrite /vec1; auto_derive.
- by apply: all1; continuity.
- by apply: all1; apply: all1; continuity.
Qed.

Lemma kink_stationary : stationary (fun y : vec 1 => - Rabs (y first)) zerov.
Proof.
move=> v eps delta e0 d0; have a0 := Rabs_pos (v first).
pose t := delta / (4 * (1 + Rabs (v first))).
have t0 : 0 < t by apply: Rdiv_lt_0_compat; lra.
have t1 : t * (1 + Rabs (v first)) = delta / 4 by rewrite /t; field; lra.
have tv : t * Rabs (v first) <= delta / 4 by lra.
have td : t <= delta / 4 by have := Rmult_le_pos _ _ (Rlt_le _ _ t0) a0; lra.
(* start on the side from which v points to 0 *)
pose y : R := if Rle_dec 0 (v first) then - (delta / 2) else delta / 2.
exists (vec1 y), t; split.
- apply: all1; rewrite /vec1 /zerov Rminus_0_r /y; case: Rle_dec => v0; rewrite ?Rabs_Ropp Rabs_pos_eq; lra.
- lra.
- rewrite /addv /scalev /vec1; apply: (Rle_trans _ 0); first lra.
  apply: Rmult_le_pos; last by apply: Rlt_le; apply: Rinv_0_lt_compat.
  rewrite /y; case: Rle_dec => v0.
    rewrite (Rabs_pos_eq (v first)) // in tv.
    have := Rmult_le_pos _ _ (Rlt_le _ _ t0) v0 => p.
    by rewrite (Rabs_left1 (- (delta / 2) + _)) ?(Rabs_left1 (- (delta / 2))); lra.
  rewrite (Rabs_left1 (v first)) in tv; last lra.
  have v1 : 0 <= - v first by lra.
  have := Rmult_le_pos _ _ (Rlt_le _ _ t0) v1 => p.
  by rewrite (Rabs_pos_eq (delta / 2 + _)) ?(Rabs_pos_eq (delta / 2)); lra.
Qed.

Lemma kink_leaves : ~ stays (fun y : vec 1 => - Rabs (y first)) zerov.
Proof.
apply: leaves => a [a0 a1]; exists (fun t => vec1 (a + t)), (1 - a); split; first lra.
- move=> t [t0 tT].
  have E : near (vec1 (a + t)) (fun y : vec 1 => - y first = - Rabs (y first)).
    have c : cont (fun y : vec 1 => y first) (vec1 (a + t)) by continuity.
    have p1 : 0 < vec1 (a + t) first by rewrite /vec1; lra.
    have : near (vec1 (a + t)) (fun y : vec 1 => 0 < y first) by exact: c _ (locally_lt p1).
    by apply: near_imp => y p; rewrite Rabs_pos_eq; lra.
  have p : 0 < vec1 (a + t) first by rewrite /vec1; lra.
  have K := minus_abs_known p.
  split; first exact: C1_ext_near E (C2_C1 (known_C2 K)).
  have -> : grad (fun y : vec 1 => - Rabs (y first)) (vec1 (a + t)) = vec1 (-1).
    rewrite -(known_grad K); apply: functional_extensionality => i; apply/esym.
    exact: partial_ext_near E.
  by move=> i; rewrite /scalev /vec1; auto_derive => //; ring.
- by rewrite /vec1; ring.
- by rewrite /vec1; ring.
Qed.

(** The counterexample to `relu-non-repelling`: rho = 1, 0 lies in the Clarke subdifferential of - |z| at 0,
    hess L = 0, and gradient flow of - |z| moves away from 0. *)
Theorem relu_counterexample :
  let z : vec 1 := zerov in let h := head relu kink_head in
  [/\ forall u, C2 value u, grad value (h z) = vec1 1, stationary (fun y => value (h y)) z,
      psd (hess value (h z)) & ~ stays (fun y => value (h y)) z].
Proof.
move=> z h; have E : (fun y => value (h y)) = (fun y : vec 1 => - Rabs (y first)).
  by apply: functional_extensionality => y; rewrite /value /h kink_headE.
rewrite E; split.
- by move=> u; exact: known_C2 (near_all _ value_known).
- exact: known_grad (near_all _ value_known).
- exact: kink_stationary.
- by move=> v; rewrite (known_hess (near_all _ value_known)) /form /dot /mulv !sum1; lra.
- exact: kink_leaves.
Qed.

(** Reading `relu-non-repelling` is refuted. *)
Theorem refuted_relu_non_repelling : ~ sentence_relu_non_repelling.
Proof.
move=> S; have [c2 r st ps no] := relu_counterexample; apply: no.
apply: (S unit _ _ (fun _ => zerov) _ _ _ (c2 _) (fun _ => erefl) _ st ps).
by rewrite r => /(at_index first); rewrite /vec1 /zerov; lra.
Qed.
