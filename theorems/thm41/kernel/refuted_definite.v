(** Theorem 4.1, part (1): a linear head behind a scale-invariant loss with an effective Hessian that is not
    positive semidefinite. *)
From Coq Require Import Reals Lra Lia FunctionalExtensionality.
From mathcomp Require Import ssreflect ssrfun ssrbool eqtype ssrnat seq fintype bigop.
From Coquelicot Require Import Coquelicot.
From Geometry Require Import vectors jets conditions chain pullback smooth elementary homogeneous real_functions.
From Geometry.thm41 Require Import collapse.
Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Open Scope R_scope.

(** The sentence of reading `1-psd`: with a linear (affine) head, H_eff(z) is positive semidefinite. *)
Definition sentence_1_psd : Prop :=
  forall (X : Type) (d k : nat) (enc : X -> vec d) (L : vec k -> R) (W : mat k d) (b : vec k) (z : vec d),
  C2 L (affine W b z) -> collapsed enc z -> grad L (affine W b z) <> zerov -> critical L (affine W b) z ->
  psd (effective L (affine W b) z).

(** ** A scale-invariant loss *)

(** L(u) = u_1 / |u| - (u_2 / |u|)^2 on R^3, which depends on the direction of u only. *)
Definition cosine (u : vec 3) : R := u first / len u - (u second / len u) ^ 2.

(** W = [e_2, e_3]. *)
Definition W23 : mat 3 2 := fun a => if a == second then vec2 1 0 else if a == third then vec2 0 1 else zerov.

Lemma cosine_scale : scale_invariant cosine.
Proof.
move=> u t t0; rewrite /cosine lenZ /scalev Rabs_pos_eq; last lra.
have [e|n] := Req_dec (len u) 0.
  by rewrite e (len_eq0 e) /zerov /Rdiv !(Rmult_0_r, Rmult_0_l).
have -> : t * u first / (t * len u) = u first / len u by field; split; lra.
by have -> : t * u second / (t * len u) = u second / len u by field; split; lra.
Qed.

(** |u|^2. *)
Definition square (u : vec 3) : R := u first ^ 2 + u second ^ 2 + u third ^ 2.

Lemma dot3 (u : vec 3) : dot u u = square u.
Proof. by rewrite /dot sum3 /square; ring. Qed.

Lemma cosineE u : 0 < square u ->
  u first * exp (-1 / 2 * ln (square u)) + -1 * (u second * u second * exp (-1 * ln (square u))) = cosine u.
Proof.
move=> p; rewrite /cosine /len dot3; have q := sqrt_lt_R0 _ p.
have e : exp (-1 * ln (square u)) = / square u.
  by rewrite (_ : -1 * ln (square u) = - ln (square u)) ?exp_Ropp ?exp_ln //; ring.
have f : exp (-1 / 2 * ln (square u)) = / sqrt (square u).
  rewrite -{2}(exp_ln _ p) (_ : ln (square u) = ln (square u) / 2 + ln (square u) / 2); last by field.
  by rewrite exp_plus sqrt_square -?exp_Ropp; [congr exp; field | apply: Rlt_le; exact: exp_pos].
rewrite e f; have -> : (u second / sqrt (square u)) ^ 2 = u second * u second / (sqrt (square u) * sqrt (square u)).
  by field; lra.
by rewrite sqrt_sqrt; [rewrite /Rdiv; ring | lra].
Qed.

Lemma square_C2 u : C2 square u.
Proof.
have C i : C2 (fun u : vec 3 => u i ^ 2) u.
  apply: (C2_ext_near (f := fun u : vec 3 => u i * u i)); last by apply: C2_mult; exact: C2_coord.
  by apply: near_all => y; rewrite /= Rmult_1_r.
by apply: C2_plus; [apply: C2_plus|].
Qed.

Lemma near_square u : 0 < square u -> near u (fun y => 0 < square y).
Proof.
move=> p; have c : cont square u by rewrite /square; continuity.
exact: c _ (locally_lt p).
Qed.

Lemma cosine_C2 u : 0 < square u -> C2 cosine u.
Proof.
move=> p; have E c : C2 (fun u => exp (c * ln (square u))) u.
  apply: C2_fun; last by apply: filter_forall; exact: C2fun_exp.
  apply: C2_mult; first exact: C2_const.
  by apply: C2_fun; [exact: square_C2 | exact: C2fun_ln].
apply: (C2_ext_near (f := fun u : vec 3 =>
  u first * exp (-1 / 2 * ln (square u)) + -1 * (u second * u second * exp (-1 * ln (square u))))).
  by apply: near_imp (near_square p) => y; exact: cosineE.
apply: C2_plus; first by apply: C2_mult => //; exact: C2_coord.
apply: C2_mult; first exact: C2_const.
by apply: C2_mult => //; apply: C2_mult; exact: C2_coord.
Qed.

(** The gradient at e_3 is e_1. *)
Lemma cosine_grad : grad cosine (vec3 0 0 1) = vec3 1 0 0.
Proof.
have E u : cosine u = u first / sqrt (square u) - (u second / sqrt (square u)) ^ 2.
  by rewrite /cosine /len dot3.
have N1 : 0 * (0 * 1) + 0 * (0 * 1) + 1 * (1 * 1) = 1 by ring.
apply: functional_extensionality; apply: all3; apply: is_derive_unique;
  apply: (is_derive_ext _ _ _ _ (fun t => esym (E _))); rewrite /square /vec3 /upd /=.
- by auto_derive; rewrite ?N1 ?sqrt_1; [repeat split; rewrite ?N1 ?sqrt_1; lra | rewrite ?N1 ?sqrt_1; field].
- by auto_derive; rewrite ?N1 ?sqrt_1; [repeat split; rewrite ?N1 ?sqrt_1; lra | rewrite ?N1 ?sqrt_1; field].
- by auto_derive; rewrite ?N1 ?sqrt_1; [repeat split; rewrite ?N1 ?sqrt_1; lra | rewrite ?N1 ?sqrt_1; field].
Qed.

(** The composite of the loss and the head: z -> - z_1^2 / (z_1^2 + z_2^2). *)
Lemma cosine_W23 y : cosine (affine W23 zerov y) = - (y first ^ 2 / (y first ^ 2 + y second ^ 2)).
Proof.
have A1 : affine W23 zerov y first = 0 by rewrite /affine /addv /mulv sum2 /W23 /zerov /=; ring.
have A2 : affine W23 zerov y second = y first by rewrite /affine /addv /mulv sum2 /W23 /zerov /vec2 /=; ring.
have A3 : affine W23 zerov y third = y second by rewrite /affine /addv /mulv sum2 /W23 /zerov /vec2 /=; ring.
rewrite /cosine /len dot3 /square A1 A2 A3; set N := 0 ^ 2 + _ + _.
have NE : N = y first ^ 2 + y second ^ 2 by rewrite /N; ring.
have N0 : 0 <= N by have := Rle_0_sqr (y first); have := Rle_0_sqr (y second); rewrite NE /Rsqr /=; lra.
rewrite -NE; case: N0 => [p|e].
  have q := sqrt_lt_R0 _ p; rewrite -{3}(sqrt_sqrt N); last lra.
  by field; lra.
by rewrite -e sqrt_0 /Rdiv Rmult_0_l Rinv_0; ring.
Qed.

Definition den (z : vec 2) : R := z first ^ 2 + z second ^ 2.

Lemma quotient_known y : 0 < den y ->
  second_order (fun z => - (z first ^ 2 / den z))
   (fun z : vec 2 => vec2 (-2 * z first * z second ^ 2 / den z ^ 2) (2 * z first ^ 2 * z second / den z ^ 2))
   (fun z i => if i == first
     then vec2 (-2 * z second ^ 2 / den z ^ 2 + 8 * z first ^ 2 * z second ^ 2 / den z ^ 3)
               (4 * z first * z second / den z ^ 2 - 8 * z first ^ 3 * z second / den z ^ 3)
     else vec2 (-4 * z first * z second / den z ^ 2 + 8 * z first * z second ^ 3 / den z ^ 3)
               (2 * z first ^ 2 / den z ^ 2 - 8 * z first ^ 2 * z second ^ 2 / den z ^ 3)) y.
Proof.
move=> p; have n1 : den y <> 0 by lra.
have n2 m : den y ^ m <> 0 by apply: pow_nonzero.
have cden : cont den y by rewrite /den; continuity.
rewrite /den /= in n1.
split.
- by apply: all2; rewrite /den /vec2 /upd /=; auto_derive; rewrite /=; try field; repeat split => //; move=> e; apply: n1; lra.
- have n3 : (y first * (y first * 1) + y second * (y second * 1)) *
    ((y first * (y first * 1) + y second * (y second * 1)) * 1) <> 0 by exact: n2 2%N.
  apply: all2; apply: all2; rewrite /den /vec2 /upd /=; auto_derive; rewrite /=;
    try (by repeat split; exact: n3); try (by field; move=> e; apply: n1; lra).
- by apply: all2; rewrite /vec2 /=; continuity; first [exact: cden | exact: (n2 2%N)].
- by apply: all2; apply: all2; rewrite /vec2 /=; continuity; first [exact: cden | exact: (n2 2%N) | exact: (n2 3%N)].
Qed.

(** The counterexample to `1-psd`: a scale-invariant loss, W = [e_2, e_3], b = 0, z = (0, 1): rho = e_1 is not zero,
    W^T rho = 0, and e_1^T H_eff e_1 = -2. *)
Theorem psd_counterexample :
  let z := vec2 0 1 in
  [/\ scale_invariant cosine, C2 cosine (affine W23 zerov z), grad cosine (affine W23 zerov z) = vec3 1 0 0,
      critical cosine (affine W23 zerov) z
    & form (effective cosine (affine W23 zerov) z) (vec2 1 0) (vec2 1 0) = -2].
Proof.
move=> z; have uE : affine W23 zerov z = vec3 0 0 1.
  by apply: functional_extensionality; apply: all3; rewrite /affine /addv /mulv sum2 /W23 /zerov /z /vec2 /vec3 /=; ring.
split.
- exact: cosine_scale.
- by rewrite uE; apply: cosine_C2; rewrite /square /vec3 /=; lra.
- by rewrite uE cosine_grad.
- rewrite /critical uE cosine_grad jac_affine.
  by apply: functional_extensionality => i; rewrite /mulv /tr sum3 /W23 /vec3 /zerov /=; ring.
- rewrite /effective (_ : (fun w => _) = (fun z => - (z first ^ 2 / den z))); last first.
    by apply: functional_extensionality => y; rewrite cosine_W23.
  have near1 : near z (fun y => 0 < den y).
    have c : cont den z by rewrite /den; continuity.
    by apply: c; apply: locally_lt; rewrite /den /z /vec2 /=; lra.
  rewrite (known_hess (near_imp quotient_known near1)).
  by rewrite /form /dot /mulv !sum2 /den /z /vec2 /=; field.
Qed.

(** Reading `1-psd` is refuted. *)
Theorem refuted_1_psd : ~ sentence_1_psd.
Proof.
move=> S; have [_ c2 r cr f] := psd_counterexample.
have := S unit _ _ (fun _ => vec2 0 1) _ _ _ _ c2 (fun _ => erefl) _ cr (vec2 1 0); rewrite f => H.
suff : 0 <= -2 by lra.
by apply: H; rewrite r => /(at_index first); rewrite /vec3 /zerov /=; lra.
Qed.
