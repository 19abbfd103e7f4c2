(** Proposition 3.3: a curved loss that a constant head whitens everywhere. *)
From Coq Require Import Reals Lra Lia FunctionalExtensionality.
From mathcomp Require Import ssreflect ssrfun ssrbool eqtype ssrnat seq fintype bigop.
From Coquelicot Require Import Coquelicot.
From Geometry Require Import vectors jets conditions chain pullback real_functions.
Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Open Scope R_scope.

(** [Gamma u l i j] are the Christoffel symbols Gamma^l_ij of the metric [g]: the metric has partial derivatives,
    and sum_l g_ml Gamma^l_ij = (d_i g_jm + d_j g_im - d_m g_ij) / 2.  A metric that is positive definite has
    no others. *)
Definition christoffel (k : nat) (g : vec k -> mat k k) (Gamma : vec k -> 'I_k -> 'I_k -> 'I_k -> R) : Prop :=
  forall u m i j, ex_partial (fun w => g w i j) m u /\
    \sum_(l < k) (g u m l * Gamma u l i j) =
    (partial (fun w => g w j m) i u + partial (fun w => g w i m) j u - partial (fun w => g w i j) m u) / 2.

(** The entry R^l_mij of the Riemann tensor:
    d_i Gamma^l_jm - d_j Gamma^l_im + sum_p (Gamma^l_ip Gamma^p_jm - Gamma^l_jp Gamma^p_im). *)
Definition riemann (k : nat) (Gamma : vec k -> 'I_k -> 'I_k -> 'I_k -> R) (u : vec k) (l m i j : 'I_k) : R :=
  partial (fun w => Gamma w l j m) i u - partial (fun w => Gamma w l i m) j u +
  \sum_(p < k) (Gamma u l i p * Gamma u p j m - Gamma u l j p * Gamma u p i m).

(** The Riemann tensor of the metric [hess L] does not vanish identically. *)
Definition curved (k : nat) (L : vec k -> R) : Prop :=
  exists Gamma, christoffel (hess L) Gamma /\
  exists u l m i j, [/\ ex_partial (fun w => Gamma w l j m) i u, ex_partial (fun w => Gamma w l i m) j u
    & riemann Gamma u l m i j <> 0].

(** The matrix [c I]. *)
Definition multiple_of_identity (d : nat) (c : R) : mat d d := fun i j => c * kron i j.

(** The sentence of reading `constant-factor`: no W has H_eff(z) = c I for all z with a constant c > 0. *)
Definition sentence_constant_factor : Prop :=
  forall (d k : nat) (L : vec k -> R), (0 < d)%coq_nat ->
  (forall u, C2 L u) -> (forall u, positive_definite (hess L u)) -> curved L ->
  forall (W : mat k d) (c : R), 0 < c ->
  ~ forall z, effective L (mulv W) z = @multiple_of_identity d c.

(** The sentence of reading `varying-factor`: no W has H_eff(z) = c(z) I for all z with c(z) > 0; here with the
    condition d >= 2, without which there is no barrier to speak of. *)
Definition sentence_varying_factor : Prop :=
  forall (d k : nat) (L : vec k -> R), (2 <= d)%coq_nat ->
  (forall u, C2 L u) -> (forall u, positive_definite (hess L u)) -> curved L ->
  forall (W : mat k d) (c : vec d -> R), (forall z, 0 < c z) ->
  ~ forall z, effective L (mulv W) z = @multiple_of_identity d (c z).

(** The rippled loss L(u) = |u|^2 / 2 + (1 - cos u_3) cos(u_1) / 8 on R^3, and the head W = [I; 0] from R^2. *)
Definition ripple (u : vec 3) : R :=
  (u first ^ 2 + u second ^ 2 + u third ^ 2) / 2 + (1 - cos (u third)) * cos (u first) / 8.
Definition inclusion : mat 3 2 := fun a i => if val a == val i then 1 else 0.

(** Its first, second and third derivatives. *)
Definition ripple1 (u : vec 3) : vec 3 :=
  vec3 (u first - (1 - cos (u third)) * sin (u first) / 8) (u second)
       (u third + sin (u third) * cos (u first) / 8).
Definition A (u : vec 3) := 1 - (1 - cos (u third)) * cos (u first) / 8.
Definition B (u : vec 3) := - sin (u third) * sin (u first) / 8.
Definition C (u : vec 3) := 1 + cos (u third) * cos (u first) / 8.
Definition ripple2 (u : vec 3) : mat 3 3 := fun i =>
  if i == first then vec3 (A u) 0 (B u) else if i == second then vec3 0 1 0 else vec3 (B u) 0 (C u).
Definition T111 (u : vec 3) := (1 - cos (u third)) * sin (u first) / 8.
Definition T113 (u : vec 3) := - sin (u third) * cos (u first) / 8.
Definition T133 (u : vec 3) := - cos (u third) * sin (u first) / 8.
Definition ripple3 (u : vec 3) (i : 'I_3) : mat 3 3 := fun j =>
  if i == first then if j == first then vec3 (T111 u) 0 (T113 u)
                     else if j == second then zerov else vec3 (T113 u) 0 (T133 u)
  else if i == second then zerov
  else if j == first then vec3 (T113 u) 0 (T133 u) else if j == second then zerov else vec3 (T133 u) 0 (T113 u).

Lemma ripple_known y : second_order ripple ripple1 ripple2 y.
Proof.
split.
- by apply: all3; rewrite /ripple /ripple1 /vec3 /upd /=; auto_derive => //=; field.
- apply: all3; apply: all3; rewrite /ripple1 /ripple2 /A /B /C /vec3 /upd /=;
    by auto_derive => //=; field.
- by apply: all3; rewrite /ripple1 /vec3 /=; continuity.
- by apply: all3; apply: all3; rewrite /ripple2 /A /B /C /vec3 /=; continuity.
Qed.

Lemma ripple_hess : hess ripple = ripple2.
Proof. by apply: functional_extensionality => u; exact: known_hess (near_all _ ripple_known). Qed.

Lemma ripple_third u i j m : is_derive (fun t => ripple2 (upd u i t) j m) (u i) (ripple3 u i j m).
Proof.
move: i j m; apply: all3; apply: all3; apply: all3;
  rewrite /ripple2 /ripple3 /A /B /C /T111 /T113 /T133 /zerov /vec3 /upd /=;
  by auto_derive => //=; field.
Qed.

Lemma entries u : [/\ 3 / 4 <= A u, 7 / 8 <= C u & -1 / 8 <= B u <= 1 / 8].
Proof.
have [a1 a2] := COS_bound (u first); have [b1 b2] := COS_bound (u third).
have [c1 c2] := SIN_bound (u first); have [e1 e2] := SIN_bound (u third).
by rewrite /A /B /C; split; [nra | nra | split; nra].
Qed.

Lemma ripple_definite u : positive_definite (hess ripple u).
Proof.
move=> v v0; rewrite ripple_hess /form /dot /mulv !sum3 /ripple2 /vec3 /=.
have [a c [b1 b2]] := entries u.
have n : v first <> 0 \/ v second <> 0 \/ v third <> 0.
  have [e1|] := Req_dec (v first) 0; last by left.
  have [e2|] := Req_dec (v second) 0; last by right; left.
  by right; right => e3; apply: v0; apply: functional_extensionality; apply: all3.
have q : 0 < v first * v first + v second * v second + v third * v third.
  have s1 := Rle_0_sqr (v first); have s2 := Rle_0_sqr (v second); have s3 := Rle_0_sqr (v third).
  rewrite /Rsqr in s1 s2 s3.
  by case: n => [|[|]] /Rsqr_pos_lt; rewrite /Rsqr; lra.
have bb : -1 / 16 * (v first * v first + v third * v third) <= B u * (v first * v third).
  have := Rle_0_sqr (v first + v third); have := Rle_0_sqr (v first - v third); rewrite /Rsqr => p m.
  have : Rabs (B u * (v first * v third)) <= 1 / 8 * ((v first * v first + v third * v third) / 2).
    rewrite Rabs_mult; apply: Rmult_le_compat; try exact: Rabs_pos; apply: Rabs_le; lra.
  by move/Rabs_le_between; lra.
have a' : 3 / 4 * (v first * v first) <= A u * (v first * v first).
  by apply: Rmult_le_compat_r => //; exact: Rle_0_sqr.
have c' : 7 / 8 * (v third * v third) <= C u * (v third * v third).
  by apply: Rmult_le_compat_r => //; exact: Rle_0_sqr.
have s2 := Rle_0_sqr (v second); have s1 := Rle_0_sqr (v first); have s3 := Rle_0_sqr (v third).
rewrite /Rsqr in s1 s2 s3; lra.
Qed.

(** The Christoffel symbols of the rippled loss. *)
Definition det (u : vec 3) := A u * C u - B u * B u.
Definition ripple_gamma (u : vec 3) (l i j : 'I_3) : R :=
  vec3 ((C u * ripple3 u i j first - B u * ripple3 u i j third) / (2 * det u)) 0
       ((A u * ripple3 u i j third - B u * ripple3 u i j first) / (2 * det u)) l.

Lemma det_gt0 u : 0 < det u.
Proof. by have [a c [b1 b2]] := entries u; rewrite /det; nra. Qed.

Lemma third_symmetric u i j m :
  ripple3 u i j m = ripple3 u j i m /\ ripple3 u i j m = ripple3 u m i j.
Proof. by move: i j m; apply: all3; apply: all3; apply: all3. Qed.

Lemma ripple_christoffel : christoffel (hess ripple) ripple_gamma.
Proof.
rewrite ripple_hess => u m i j; split; first by exists (ripple3 u m i j); exact: ripple_third.
have E a b c : partial (fun w => ripple2 w a b) c u = ripple3 u c a b.
  by apply: is_derive_unique; exact: ripple_third.
rewrite !E -(proj1 (third_symmetric u i j m)) -(proj2 (third_symmetric u i j m)).
have dt := det_gt0 u; rewrite /det in dt.
have z : ripple3 u i j second = 0 by move: i j; apply: all3; apply: all3.
move: m; apply: all3; rewrite sum3 /ripple_gamma /det {1 2 3}/ripple2 /vec3 /= ?z; field; lra.
Qed.

(** The curvature at (pi / 2, 0, 0) in the plane of the first and the third coordinate is 1 / 256. *)
Lemma ripple_curvature : let u := vec3 (PI / 2) 0 0 in
  [/\ ex_partial (fun w => ripple_gamma w first third third) first u,
      ex_partial (fun w => ripple_gamma w first first third) third u
    & riemann ripple_gamma u first third first third = 1 / 256].
Proof.
move=> u.
have D1 : is_derive (fun t => ripple_gamma (upd u first t) first third third) (u first) 0.
  apply: (is_derive_ext (fun t => - sin t / 16)).
    move=> t; have := det_gt0 (upd u first t).
    rewrite /ripple_gamma /det /ripple3 /A /B /C /T113 /T133 /vec3 /u /vec3 /upd /= sin_0 cos_0 => p.
    by field; lra.
  by rewrite /u /vec3 /=; auto_derive => //; rewrite cos_PI2; field.
have D3 : is_derive (fun t => ripple_gamma (upd u third t) first first third) (u third) (- 1 / 128).
  apply: (is_derive_ext (fun t => - (sin t * cos t) / (128 * (1 - sin t * sin t / 64)))).
    move=> t; have := det_gt0 (upd u third t).
    rewrite /ripple_gamma /det /ripple3 /A /B /C /T113 /T133 /vec3 /u /vec3 /upd /= sin_PI2 cos_PI2 => p.
    by field; lra.
  rewrite /u /vec3 /=; auto_derive; rewrite sin_0 ?cos_0; first lra.
  by field.
split; [by exists 0 | by exists (- 1 / 128) |].
rewrite /riemann (is_derive_unique _ _ _ D1 : partial _ _ _ = _) (is_derive_unique _ _ _ D3 : partial _ _ _ = _).
rewrite sum3 /ripple_gamma /det /ripple3 /A /B /C /T111 /T113 /T133 /zerov /vec3 /u /vec3 /= sin_0 cos_0 sin_PI2 cos_PI2.
by field.
Qed.

(** The counterexample to both readings, with d = 2 and k = 3: the rippled loss has a positive definite Hessian
    and curvature, and the effective Hessian of the head W = [I; 0] is the identity everywhere. *)
Theorem barrier_counterexample :
  [/\ forall u, C2 ripple u, forall u, positive_definite (hess ripple u), curved ripple
    & forall z, effective ripple (mulv inclusion) z = @multiple_of_identity 2 1].
Proof.
split.
- by move=> u; exact: known_C2 (near_all _ ripple_known).
- exact: ripple_definite.
- exists ripple_gamma; split; first exact: ripple_christoffel.
  have [a b e] := ripple_curvature.
  by exists (vec3 (PI / 2) 0 0), first, third, first, third; split=> //; rewrite e; lra.
- move=> z; rewrite /effective.
  have -> : (fun w => ripple (mulv inclusion w)) = (fun z : vec 2 => (z first ^ 2 + z second ^ 2) / 2).
    apply: functional_extensionality => w; rewrite /ripple /mulv !sum2 /inclusion /=.
    by rewrite !(Rmult_0_l, Rplus_0_l) cos_0; field.
  rewrite (known_hess (near_all _ half_square_known)).
  by apply: functional_extensionality => i; apply: functional_extensionality => j;
    rewrite /multiple_of_identity Rmult_1_l.
Qed.

(** Reading `constant-factor` is refuted. *)
Theorem refuted_constant_factor : ~ sentence_constant_factor.
Proof.
move=> S; have [c2 pd cv E] := barrier_counterexample.
by apply: (S _ _ _ _ c2 pd cv inclusion 1 _ E); [lia | lra].
Qed.

(** Reading `varying-factor` is refuted. *)
Theorem refuted_varying_factor : ~ sentence_varying_factor.
Proof.
move=> S; have [c2 pd cv E] := barrier_counterexample.
by apply: (S _ _ _ _ c2 pd cv inclusion (fun _ => 1) _ E); [lia | move=> _; lra].
Qed.
