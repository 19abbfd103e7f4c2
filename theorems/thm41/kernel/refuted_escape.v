(** Theorem 4.1, the escape: gradient descent with a constant step that ends at a strict saddle from a whole interval of starts. *)
From Coq Require Import Reals Lra Lia FunctionalExtensionality.
From mathcomp Require Import ssreflect ssrfun ssrbool eqtype ssrnat seq fintype bigop.
From Coquelicot Require Import Coquelicot.
From Geometry Require Import vectors jets conditions chain pullback smooth real_functions activations boxes.
From Geometry.thm41 Require Import layers collapse refuted_smooth refuted_mechanism.
Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Open Scope R_scope.

(** Gradient descent of [f] with the step [eta] from [y]: x_(n+1) = x_n - eta grad f(x_n). *)
Fixpoint descent (d : nat) (f : vec d -> R) (eta : R) (y : vec d) (n : nat) : vec d :=
  if n is m.+1 then let x := descent f eta y m in subv x (scalev eta (grad f x)) else y.

(** The sequence [x] converges to [z]. *)
Definition converges (d : nat) (x : nat -> vec d) (z : vec d) : Prop :=
  forall eps, 0 < eps -> exists n0, forall n, (n0 <= n)%nat -> forall i, Rabs (x n i - z i) < eps.

(** The sentence of reading `2-escape`: where every hypothesis of part (2) holds, [L] is C^2 everywhere and
    lambda_min(H_eff(z)) < 0 (so that [z] is a strict saddle), gradient descent with any constant step converges to [z]
    from a set of starts of measure zero only. *)
Definition sentence_2_escape : Prop :=
  forall (X : Type) (d k : nat) (enc : X -> vec d) (L : vec k -> R) (s : R -> R) (N : layers k d) (z : vec d) (eta : R),
  (forall u, C2 L u) -> assumed enc L s N z -> negative (effective L (head s N) z) -> 0 < eta ->
  null (fun y => converges (descent (fun w => L (head s N w)) eta y) z).

(** ** A C^2 step from 0 to 1 *)

(** x^3 for x > 0 and 0 for x < 0. *)
Definition cube (x : R) : R := relu x ^ 3.

Lemma Derive_cube : Derive cube = fun x => 3 * relu x ^ 2.
Proof.
apply: functional_extensionality => x; apply: is_derive_unique.
by have := is_derive_relu_pow 1 x; rewrite (_ : INR 3 = 3) //=; ring.
Qed.

Lemma is_derive_cube2 x : is_derive (fun x => 3 * relu x ^ 2) x (6 * relu x).
Proof.
have := is_derive_scal _ _ 3 _ (is_derive_relu_pow 0 x).
by rewrite (_ : 3 * _ = 6 * relu x) //= ; ring.
Qed.

Lemma cube_C2 : C2fun cube.
Proof.
move=> x; split; first by eexists; exact: is_derive_relu_pow.
rewrite Derive_cube; split; first by eexists; exact: is_derive_cube2.
apply: (continuous_ext (fun x => 6 * relu x)) => [y|]; first by rewrite (is_derive_unique _ _ _ (is_derive_cube2 y)).
apply: continuous_scal_r; apply: (continuous_ext (fun x => (x + Rabs x) / 2)) => [y|].
  by rewrite /relu /Rmax /Rabs; case: Rle_dec; case: Rcase_abs; move=> *; lra.
apply: continuous_mult; last exact: continuous_const.
by apply: continuous_plus; [exact: continuous_id | exact: continuous_Rabs].
Qed.

(** theta(x) = 0 for x <= 1, 6 t^5 - 15 t^4 + 10 t^3 with t = x - 1 from 1 to 2, and 1 from there. *)
Definition theta (x : R) : R :=
  cube (x - 1) * (10 - 15 * (x - 1) + 6 * (x - 1) ^ 2) - cube (x - 2) * (10 + 15 * (x - 2) + 6 * (x - 2) ^ 2).

Lemma theta_low x : x <= 1 -> theta x = 0.
Proof. by move=> x1; rewrite /theta /cube !relu_neg /=; try lra; ring. Qed.

Lemma theta_high x : 2 <= x -> theta x = 1.
Proof. by move=> x2; rewrite /theta /cube !relu_pos /=; try lra; ring. Qed.

Lemma theta_C2 n (f : vec n -> R) u : C2 f u -> C2 (fun u => theta (f u)) u.
Proof.
move=> fC; have c a : C2 (fun u => f u - a) u by apply: C2_plus => //; exact: C2_const.
have k a : C2 (fun u => cube (f u - a)) u.
  by apply: (C2_fun (s := cube) (c a)); apply: filter_forall; exact: cube_C2.
have sq a b : C2 (fun u => b * (f u - a) ^ 2) u.
  apply: C2_scal; apply: (C2_ext_near (f := fun u => (f u - a) * (f u - a))).
    by apply: filter_forall => y; rewrite /=; ring.
  by apply: C2_mult.
apply: (C2_ext_near (f := fun u => cube (f u - 1) * (10 + -15 * (f u - 1) + 6 * (f u - 1) ^ 2)
    + -1 * (cube (f u - 2) * (10 + 15 * (f u - 2) + 6 * (f u - 2) ^ 2)))).
  by apply: filter_forall => y; rewrite /theta; ring.
apply: C2_plus; last apply: C2_scal; (apply: C2_mult; first exact: k); apply: C2_plus => //;
  (apply: C2_plus; [exact: C2_const | exact: C2_scal]).
Qed.

(** ** The loss and the head *)

(** L(u) = - u_1 where u_2 <= 1, and u_2^2 / 2 where u_2 >= 2. *)
Definition turning (u : vec 2) : R := (theta (u second) - 1) * u first + theta (u second) * (u second * u second / 2).

(** h(z) = (s(z) + s(-z) - 2 s(0), s(z) - s(-z)) with Swish, whose second output is z. *)
Definition U1 : mat 2 1 := fun j _ => if j == first then 1 else -1.
Definition U2 : mat 2 2 := fun a j => if a == first then 1 else if j == first then 1 else -1.
Definition two_units : layers 2 1 := Layer U1 zerov (Last U2 (vec2 (-2 * swish 0) 0)).

Lemma turning_C2 u : C2 turning u.
Proof.
have T := theta_C2 (C2_coord (@second 0) u).
apply: C2_plus; apply: C2_mult; [|exact: C2_coord|exact: T|].
  by apply: C2_plus => //; exact: C2_const.
apply: (C2_ext_near (f := fun u : vec 2 => / 2 * (u second * u second))).
  by apply: filter_forall => y; field.
by apply: C2_scal; apply: C2_mult; exact: C2_coord.
Qed.

Lemma swish_odd x : swish x - swish (- x) = x.
Proof.
rewrite /swish /sigmoid Ropp_involutive exp_Ropp; have p := exp_pos x.
by field; split; [|apply: Rgt_not_eq]; lra.
Qed.

Lemma two_unitsE y : head swish two_units y = vec2 (even_part swish (y first)) (y first).
Proof.
have a1 : 1 * y first + 0 = y first by ring.
have a2 : -1 * y first + 0 = - y first by ring.
apply: functional_extensionality; apply: all2;
  rewrite /= /affine /addv /mulv sum2 /activate !sum1 /U1 /U2 /vec2 /zerov /= a1 a2 /even_part; first by ring.
by rewrite -[RHS](swish_odd (y first)); ring.
Qed.

Section Counterexample.
Let h := head swish two_units.
Let f (w : vec 1) : R := turning (h w).
Let s2 := Derive (Derive swish) 0.

Lemma grad_ext_near n (p q : vec n -> R) x : near x (fun y => p y = q y) -> grad p x = grad q x.
Proof. by move=> E; apply: functional_extensionality => i; exact: partial_ext_near. Qed.

Lemma hess_ext_near n (p q : vec n -> R) x : near x (fun y => p y = q y) -> hess p x = hess q x.
Proof.
move=> /near_near E; apply: functional_extensionality => i; apply: functional_extensionality => j.
by apply: partial_ext_near; apply: near_imp E => y; exact: partial_ext_near.
Qed.

Lemma swishS : smooth swish. Proof. by apply: named_smooth; right; left. Qed.
Lemma s2_pos : 0 < s2. Proof. by apply: named_bend; right; left. Qed.

Lemma h_zero : h zerov = zerov.
Proof.
have [E0 _ _] := even_at0 swish; rewrite /h two_unitsE.
by apply: functional_extensionality; apply: all2; rewrite /vec2 /zerov /= ?E0.
Qed.

(** The loss near 0, and L o h near 0 and near every y > 2. *)
Lemma turning_near : near zerov (fun u : vec 2 => turning u = -1 * u first).
Proof.
have lt : locally ((zerov : vec 2) second) (fun x => x < 1) by apply: locally_gt; rewrite /zerov; lra.
apply: near_imp (near_coord lt) => u u1; rewrite /turning theta_low; [ring | lra].
Qed.

Lemma f_near : near zerov (fun w : vec 1 => f w = -1 * even_part swish (w first)).
Proof.
have lt : locally ((zerov : vec 1) first) (fun x => x < 1) by apply: locally_gt; rewrite /zerov; lra.
apply: near_imp (near_coord lt) => w w1; rewrite /f /h two_unitsE /turning /vec2 /= theta_low; [ring | lra].
Qed.

Lemma f_far (y : vec 1) : 2 < y first -> near y (fun w : vec 1 => f w = w first * w first / 2).
Proof.
move=> /locally_lt /near_coord; apply: near_imp => w w2.
by rewrite /f /h two_unitsE /turning /vec2 /= theta_high; [field | lra].
Qed.

Lemma even_known c y : second_order (fun w : vec 1 => c * even_part swish (w first))
  (fun w j => if j == first then c * even1 swish (w first) else 0)
  (fun w j l => if (j == first) && (l == first) then c * even2 swish (w first) else 0) y.
Proof.
apply: (@coordinate_known 1 (fun x => c * even_part swish x) (fun x => c * even1 swish x) (fun x => c * even2 swish x)).
- by move=> x; apply: is_derive_scal; exact: (e1 swishS).
- by move=> x; apply: is_derive_scal; exact: (e2 swishS).
- move=> x; apply: continuous_scal_r; apply: continuous_plus; first exact: (c2 swishS).
  by apply: (continuous_comp Ropp); [exact: continuous_opp (continuous_id _) | exact: (c2 swishS)].
Qed.

Lemma f_grad0 : grad f zerov = zerov.
Proof.
have [_ E1 _] := even_at0 swish.
rewrite (grad_ext_near f_near) (known_grad (near_all _ (even_known (-1)))).
by apply: functional_extensionality; apply: all1; rewrite /zerov /= E1; ring.
Qed.

Lemma f_grad_far (y : vec 1) : 2 < y first -> grad f y = y.
Proof.
move=> /f_far /grad_ext_near ->; apply: functional_extensionality; apply: all1; rewrite /grad.
by apply: is_derive_unique; rewrite /upd /=; auto_derive => //; field.
Qed.

Lemma f_hess0 : hess f zerov = fun _ _ => -2 * s2.
Proof.
have [_ _ E2] := even_at0 swish.
rewrite (hess_ext_near f_near) (known_hess (near_all _ (even_known (-1)))).
apply: functional_extensionality; apply: all1; apply: functional_extensionality; apply: all1.
by rewrite /zerov /= E2 /s2; ring.
Qed.

Lemma turning_grad0 : grad turning zerov = vec2 (-1) 0.
Proof.
rewrite (grad_ext_near turning_near); apply: functional_extensionality; apply: all2;
  by apply: is_derive_unique; rewrite /vec2 /upd /=; auto_derive => //=; ring.
Qed.

Lemma turning_hess0 : hess turning zerov = fun _ _ => 0.
Proof.
rewrite (hess_ext_near turning_near); apply: functional_extensionality => i; apply: functional_extensionality => j.
rewrite /hess (partial_ext (g := fun _ => -1 * kron j first)) ?partial_const // => y.
by rewrite partialZ ?partial_coord //; exact: C1_coord.
Qed.

(** At z = 0 every hypothesis holds, with r = 0 < d = 1, and H_eff = - 2 s''(0); and from every start y > 2 one step of
    gradient descent, with the step 1, ends at 0, where it stays. *)
Theorem escape_counterexample :
  [/\ forall u, C2 turning u, assumed (fun _ : unit => zerov) turning swish two_units zerov,
      effective turning (head swish two_units) zerov = (fun _ _ => -2 * Derive (Derive swish) 0)
    & forall (y : vec 1) n, 2 < y first -> descent f 1 y n.+1 = zerov].
Proof.
have hC z : C2map h z by apply: C2_head; apply: smooth_C2fun; exact: swishS.
have rE : grad turning (h zerov) = vec2 (-1) 0 by rewrite h_zero turning_grad0.
have HE : hess turning (h zerov) = fun _ _ => 0 by rewrite h_zero turning_hess0.
split.
- exact: turning_C2.
- rewrite /assumed; cbv zeta; rewrite -/h; split; split.
  + exact: swishS.
  + exact: hC.
  + exact: turning_C2.
  + by [].
  + by rewrite rE => /(at_index first); rewrite /vec2 /zerov /=; lra.
  + have := f_grad0; rewrite /f (grad_comp (L := turning) (h := h)) //; last exact: C2_C1 (turning_C2 _).
    by apply: C2map_C1map.
  + exists first, first, first; have [_ _ E2] := even_at0 swish.
    have -> : comp h first = fun z => 1 * even_part swish (z first).
      by apply: functional_extensionality => y; rewrite /comp /h two_unitsE /vec2 /=; ring.
    rewrite (known_hess (near_all _ (even_known 1))) /zerov /= E2; have := s2_pos; rewrite /s2; lra.
  + exists 0%N; split; last by lia.
    have p : 'I_0 -> 'I_2 by case.
    exists p; split; first by move=> c _; apply: functional_extensionality; case.
    move=> j; exists (fun _ => 0); rewrite HE; apply: functional_extensionality => i.
    by rewrite /combination big_ord0.
  + by move=> v; rewrite HE /form /dot /mulv !sum2; lra.
- exact: f_hess0.
move=> y n y2; elim: n => [|n IH].
  by rewrite /= (f_grad_far y2); apply: functional_extensionality => i; rewrite /subv /scalev /zerov; ring.
rewrite -[LHS]/(subv (descent f 1 y n.+1) (scalev 1 (grad f (descent f 1 y n.+1)))) IH f_grad0.
by apply: functional_extensionality => i; rewrite /subv /scalev /zerov; ring.
Qed.
End Counterexample.

(** Reading `2-escape` is refuted. *)
Theorem refuted_2_escape : ~ sentence_2_escape.
Proof.
move=> S; have [c2 A E back] := escape_counterexample.
have neg : negative (effective turning (head swish two_units) zerov).
  by exists (vec1 1); rewrite E /form /dot /mulv !sum1 /vec1; have := s2_pos; lra.
have nul := S unit _ _ _ _ _ _ _ 1 c2 A neg Rlt_0_1.
have [|y [yb nN]] := @box_not_null _ _ (fun _ => 5 / 2) (fun _ => 3) _ nul; first by move=> i; lra.
apply: nN => eps e0; exists 1%N => n n1 i; have [m ->] : exists m, n = m.+1 by exists n.-1; rewrite prednK.
rewrite back ?Rminus_eq_0 ?Rabs_R0 //.
by have := yb first; lra.
Qed.
