(** Proposition 3.3 for every k > d: a curved loss on R^k that a constant head from R^d whitens everywhere. *)
From Coq Require Import Reals Lra Lia FunctionalExtensionality.
From mathcomp Require Import ssreflect ssrfun ssrbool eqtype ssrnat seq fintype bigop.
From Coquelicot Require Import Coquelicot.
From Geometry Require Import vectors jets conditions chain pullback smooth real_functions.
From Geometry.prop33 Require Import refuted_barrier.
Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Open Scope R_scope.

Section Ripple.
Variables (k : nat) (p l : 'I_k).
Hypothesis pl : p != l.

(** The loss L(u) = |u|^2 / 2 + (1 - cos u_l) cos(u_p) / 8 on R^k, rippled in the coordinates [p] and [l]. *)
Definition rippled (u : vec k) : R := dot u u / 2 + (1 - cos (u l)) * cos (u p) / 8.

(** [a] at the index [p], [b] at the index [l], 0 elsewhere. *)
Definition at_pl (i : 'I_k) (a b : R) : R := if i == p then a else if i == l then b else 0.

Lemma at_p a b : at_pl p a b = a. Proof. by rewrite /at_pl eqxx. Qed.
Lemma at_l a b : at_pl l a b = b. Proof. by rewrite /at_pl eq_sym (negbTE pl) eqxx. Qed.

Lemma sum_pl (F : 'I_k -> R) a b : \sum_(i < k) (F i * at_pl i a b) = F p * a + F l * b.
Proof.
rewrite (bigD1 p) //= (bigD1 l) /=; last by rewrite eq_sym.
rewrite at_p at_l big1 ?Rplus_0_r // => i /andP [ip il].
by rewrite /at_pl (negbTE ip) (negbTE il) Rmult_0_r.
Qed.

Lemma planar (F F1 F2 : R -> R -> R) u i :
  (forall x y, is_derive (fun t => F t y) x (F1 x y)) -> (forall x y, is_derive (fun t => F x t) y (F2 x y)) ->
  is_derive (fun t => F (upd u i t p) (upd u i t l)) (u i) (at_pl i (F1 (u p) (u l)) (F2 (u p) (u l))).
Proof.
move=> D1 D2; rewrite /at_pl; case: eqP => [->|/eqP ip].
  by apply: (is_derive_ext (fun t => F t (u l))) => [t|]; [rewrite upd_at upd_other // eq_sym | exact: D1].
case: eqP => [->|/eqP il].
  by apply: (is_derive_ext (fun t => F (u p) t)) => [t|]; [rewrite upd_at upd_other | exact: D2].
apply: (is_derive_ext (fun _ => F (u p) (u l))) => [t|]; last exact: is_derive_const.
by rewrite !upd_other // eq_sym.
Qed.

Lemma is_derive_pl j (X Y : R -> R) x X' Y' : is_derive X x X' -> is_derive Y x Y' ->
  is_derive (fun t => at_pl j (X t) (Y t)) x (at_pl j X' Y').
Proof.
by move=> DX DY; rewrite /at_pl; case: (j == p) => //; case: (j == l) => //; exact: is_derive_const.
Qed.

Lemma cont_pl j (X Y : vec k -> R) x : cont X x -> cont Y x -> cont (fun y => at_pl j (X y) (Y y)) x.
Proof. by move=> cX cY; rewrite /at_pl; case: (j == p) => //; case: (j == l) => //; exact: cont_const. Qed.

(** The derivatives of the ripple in the plane. *)
Definition f1 x y := - (1 - cos y) * sin x / 8.
Definition f2 x y := sin y * cos x / 8.
Definition f11 x y := - (1 - cos y) * cos x / 8.
Definition f12 x y := - sin y * sin x / 8.
Definition f22 x y := cos y * cos x / 8.
Definition f111 x y := (1 - cos y) * sin x / 8.
Definition f112 x y := - sin y * cos x / 8.
Definition f122 x y := - cos y * sin x / 8.

Definition rippled1 (u : vec k) : vec k := fun i => u i + at_pl i (f1 (u p) (u l)) (f2 (u p) (u l)).
Definition two (F11 F12 F22 : R) (i j : 'I_k) : R := at_pl i (at_pl j F11 F12) (at_pl j F12 F22).
Definition rippled2 (u : vec k) : mat k k := fun i j =>
  kron i j + two (f11 (u p) (u l)) (f12 (u p) (u l)) (f22 (u p) (u l)) i j.
Definition T1 (u : vec k) (i j : 'I_k) : R := two (f111 (u p) (u l)) (f112 (u p) (u l)) (f122 (u p) (u l)) i j.
Definition T2 (u : vec k) (i j : 'I_k) : R := two (f112 (u p) (u l)) (f122 (u p) (u l)) (f112 (u p) (u l)) i j.
Definition rippled3 (u : vec k) (i j m : 'I_k) : R := at_pl m (T1 u i j) (T2 u i j).

Lemma coordinate_derive (u : vec k) i j : is_derive (fun t => upd u i t j) (u i) (kron i j).
Proof.
rewrite /kron eq_sym; case: eqP => [->|/eqP ne].
  by apply: (is_derive_ext (fun t => t)) => [t|]; [rewrite upd_at | exact: is_derive_id].
by apply: (is_derive_ext (fun _ => u j)) => [t|]; [rewrite upd_other | exact: is_derive_const].
Qed.

Lemma rippled_known u : second_order rippled rippled1 rippled2 u.
Proof.
have cp : cont (fun y : vec k => y p) u by exact: cont_coordinate.
have cl : cont (fun y : vec k => y l) u by exact: cont_coordinate.
split.
- move=> i; apply: is_derive_plus.
    have -> : u i = 2 * u i / 2 by field.
    apply: (is_derive_ext (fun t => (t ^ 2 + \big[Rplus/0]_(j < k | j != i) (u j * u j)) / 2)) => [t|].
      rewrite /dot [in RHS](bigD1 i) //= upd_at; congr ((_ + _) / 2); first by rewrite Rmult_1_r.
      by apply: eq_bigr => j ji; rewrite upd_other.
    by auto_derive => //; field.
  apply: (@planar (fun x y => (1 - cos y) * cos x / 8) f1 f2) => x y; rewrite /f1 /f2; auto_derive => //; field.
- move=> i j; apply: is_derive_plus; first exact: coordinate_derive.
  have -> : two (f11 (u p) (u l)) (f12 (u p) (u l)) (f22 (u p) (u l)) i j =
    at_pl j (at_pl i (f11 (u p) (u l)) (f12 (u p) (u l))) (at_pl i (f12 (u p) (u l)) (f22 (u p) (u l))).
    by rewrite /two /at_pl; case: (i == p); case: (i == l); case: (j == p); case: (j == l).
  apply: is_derive_pl.
    by apply: (@planar f1 f11 f12) => x y; rewrite /f1 /f11 /f12; auto_derive => //; field.
  by apply: (@planar f2 f12 f22) => x y; rewrite /f2 /f12 /f22; auto_derive => //; field.
- move=> i; apply: cont_plus; first exact: cont_coordinate.
  by apply: cont_pl; rewrite /f1 /f2; continuity.
- move=> i j; apply: cont_plus; first exact: cont_const.
  by apply: cont_pl; apply: cont_pl; rewrite /f11 /f12 /f22; continuity.
Qed.

Lemma rippled_hess : hess rippled = rippled2.
Proof. by apply: functional_extensionality => u; exact: known_hess (near_all _ rippled_known). Qed.

Lemma rippled_third u i j m : is_derive (fun t => rippled2 (upd u i t) j m) (u i) (rippled3 u i j m).
Proof.
rewrite -[rippled3 _ _ _ _]Rplus_0_l; apply: is_derive_plus; first exact: is_derive_const.
pose F11 := @planar f11 f111 f112 u i; pose F12 := @planar f12 f112 f122 u i; pose F22 := @planar f22 f122 f112 u i.
have -> : rippled3 u i j m =
  at_pl j (at_pl m (at_pl i (f111 (u p) (u l)) (f112 (u p) (u l))) (at_pl i (f112 (u p) (u l)) (f122 (u p) (u l))))
          (at_pl m (at_pl i (f112 (u p) (u l)) (f122 (u p) (u l))) (at_pl i (f122 (u p) (u l)) (f112 (u p) (u l)))).
  rewrite /rippled3 /T1 /T2 /two /at_pl.
  by case: (i == p); case: (i == l); case: (j == p); case: (j == l); case: (m == p); case: (m == l).
by apply: is_derive_pl; apply: is_derive_pl; first [apply: F11 | apply: F12 | apply: F22] => x y;
  rewrite /f11 /f12 /f22 /f111 /f112 /f122; auto_derive => //; field.
Qed.

Lemma plane_entries x y : [/\ Rabs (f11 x y) <= 1 / 4, Rabs (f12 x y) <= 1 / 8 & Rabs (f22 x y) <= 1 / 8].
Proof.
have [a1 a2] := COS_bound x; have [b1 b2] := COS_bound y; have [c1 c2] := SIN_bound x; have [e1 e2] := SIN_bound y.
by rewrite /f11 /f12 /f22; split; apply: Rabs_le; split; nra.
Qed.

Lemma rippled_definite u : positive_definite (hess rippled u).
Proof.
move=> v v0; have q := dot_gt0 v0; rewrite rippled_hess.
have [E1 E2 E3] := plane_entries (u p) (u l); move: E1 E2 E3; set a := f11 _ _; set b := f12 _ _; set c := f22 _ _.
have -> : form (rippled2 u) v v = dot v v + (a * (v p * v p) + 2 * b * (v p * v l) + c * (v l * v l)).
  rewrite /form {1}/dot.
  rewrite (eq_sum (G := fun i => v i * v i + v i * at_pl i (a * v p + b * v l) (b * v p + c * v l))) => [|i].
    by rewrite sumD sum_pl /dot; ring.
  rewrite -Rmult_plus_distr_l; congr (_ * _); rewrite /mulv /rippled2 -/a -/b -/c.
  rewrite (eq_sum (G := fun j => kron i j * v j + v j * at_pl j (at_pl i a b) (at_pl i b c))) => [|j].
    rewrite sumD sum_kron sum_pl; congr (_ + _).
    by rewrite /at_pl; case: (i == p); case: (i == l); ring.
  rewrite Rmult_plus_distr_r; congr (_ + _); rewrite Rmult_comm; congr (_ * _).
  by rewrite /two /at_pl; case: (i == p); case: (i == l); case: (j == p); case: (j == l).
move=> /Rabs_le_between A /Rabs_le_between B /Rabs_le_between C.
have big : v p * v p + v l * v l <= dot v v.
  rewrite /dot (bigD1 p) //= (bigD1 l) /=; last by rewrite eq_sym.
  set r := \big[_/_]_(_ | _) _; suff : 0 <= r by lra.
  by rewrite /r; elim/big_ind: _ => [|x y *|j _]; [lra | lra | exact: Rle_0_sqr].
have s1 := Rle_0_sqr (v p); have s2 := Rle_0_sqr (v l).
have m1 := Rle_0_sqr (v p + v l); have m2 := Rle_0_sqr (v p - v l); rewrite /Rsqr in s1 s2 m1 m2.
have P1 : - (1 / 4) * (v p * v p) <= a * (v p * v p) by apply: Rmult_le_compat_r; lra.
have P3 : - (1 / 8) * (v l * v l) <= c * (v l * v l) by apply: Rmult_le_compat_r; lra.
have P2 : - (1 / 8) * (v p * v p + v l * v l) <= 2 * b * (v p * v l).
  have : Rabs (2 * b * (v p * v l)) <= 1 / 4 * ((v p * v p + v l * v l) / 2).
    by rewrite Rabs_mult; apply: Rmult_le_compat; try exact: Rabs_pos; apply: Rabs_le; lra.
  by move/Rabs_le_between; lra.
lra.
Qed.

(** The Christoffel symbols. *)
Definition D (u : vec k) : R := (1 + f11 (u p) (u l)) * (1 + f22 (u p) (u l)) - f12 (u p) (u l) * f12 (u p) (u l).
Definition G1 u i j : R := ((1 + f22 (u p) (u l)) * T1 u i j - f12 (u p) (u l) * T2 u i j) / (2 * D u).
Definition G2 u i j : R := ((1 + f11 (u p) (u l)) * T2 u i j - f12 (u p) (u l) * T1 u i j) / (2 * D u).
Definition rippled_gamma (u : vec k) (m i j : 'I_k) : R := at_pl m (G1 u i j) (G2 u i j).

Lemma D_gt0 u : 0 < D u.
Proof.
have [/Rabs_le_between A /Rabs_le_between B /Rabs_le_between C] := plane_entries (u p) (u l).
by rewrite /D; nra.
Qed.

Lemma rippled3_symmetric u i j m : rippled3 u j i m = rippled3 u i j m /\ rippled3 u m i j = rippled3 u i j m.
Proof.
rewrite /rippled3 /T1 /T2 /two /at_pl.
by case: (i == p); case: (i == l); case: (j == p); case: (j == l); case: (m == p); case: (m == l).
Qed.

Lemma rippled_christoffel : christoffel (hess rippled) rippled_gamma.
Proof.
rewrite rippled_hess => u m i j; split; first by exists (rippled3 u m i j); exact: rippled_third.
have E a b c : partial (fun w => rippled2 w a b) c u = rippled3 u c a b.
  by apply: is_derive_unique; exact: rippled_third.
rewrite !E (proj1 (rippled3_symmetric u i j m)) (proj2 (rippled3_symmetric u i j m)).
have -> : (rippled3 u i j m + rippled3 u i j m - rippled3 u i j m) / 2 = rippled3 u i j m / 2 by field.
have d := D_gt0 u; rewrite /rippled_gamma sum_pl /rippled3 /G1 /G2; move: (T1 u i j) (T2 u i j) => t1 t2.
rewrite /rippled2 /two /kron /at_pl eqxx (eq_sym l p) (negbTE pl) eqxx; move: d; rewrite /D.
case: eqP => [->|_]; first by rewrite (negbTE pl) => d; field; lra.
by case: eqP => _ d; field; lra.
Qed.

(** The curvature at u_p = pi / 2, u_l = 0 in the plane of [p] and [l] is 1 / 256. *)
Lemma rippled_curved : curved rippled.
Proof.
exists rippled_gamma; split; first exact: rippled_christoffel.
pose u : vec k := fun i => at_pl i (PI / 2) 0; exists u, p, l, p, l.
have up : u p = PI / 2 by rewrite /u at_p.
have ul : u l = 0 by rewrite /u at_l.
have Ep : is_derive (fun t => - sin t / 16) (PI / 2) 0 by auto_derive => //; rewrite cos_PI2; field.
have El : is_derive (fun t => - (sin t * cos t) / (128 * (1 - sin t * sin t / 64))) 0 (- 1 / 128).
  by auto_derive; rewrite sin_0 ?cos_0; [lra | field].
have Fp t : - sin t / 16 = rippled_gamma (upd u p t) p l l.
  have := D_gt0 (upd u p t).
  rewrite /rippled_gamma at_p /G1 /D /T1 /T2 /two !at_l upd_at upd_other; last by rewrite eq_sym.
  by rewrite ul /f11 /f12 /f22 /f112 /f122 sin_0 cos_0 => d; field; lra.
have Fl t : - (sin t * cos t) / (128 * (1 - sin t * sin t / 64)) = rippled_gamma (upd u l t) p p l.
  have := D_gt0 (upd u l t).
  rewrite /rippled_gamma at_p /G1 /D /T1 /T2 /two !at_p !at_l upd_at upd_other //.
  by rewrite up /f11 /f12 /f22 /f112 /f122 sin_PI2 cos_PI2 => d; field; lra.
have Dp : is_derive (fun t => rippled_gamma (upd u p t) p l l) (u p) 0.
  by rewrite up; exact: is_derive_ext Fp Ep.
have Dl : is_derive (fun t => rippled_gamma (upd u l t) p p l) (u l) (- 1 / 128).
  by rewrite ul; exact: is_derive_ext Fl El.
split; [by exists 0 | by exists (- 1 / 128) |].
rewrite /riemann (is_derive_unique _ _ _ Dp : partial _ _ _ = _) (is_derive_unique _ _ _ Dl : partial _ _ _ = _).
rewrite sumB {1 3}/rippled_gamma.
rewrite (eq_sum (G := fun q => rippled_gamma u p p q * at_pl q (G1 u l l) (G2 u l l))) //.
rewrite [X in _ + (_ - X)](eq_sum (G := fun q => rippled_gamma u p l q * at_pl q (G1 u p l) (G2 u p l))) //.
rewrite !sum_pl /rippled_gamma !at_p /G1 /G2 /D /T1 /T2 /two !at_p !at_l up ul.
rewrite /f11 /f12 /f22 /f111 /f112 /f122 sin_0 cos_0 sin_PI2 cos_PI2.
move=> e; suff : 1 / 256 = 0 by lra.
by rewrite -[RHS]e; field.
Qed.
End Ripple.

(** The head [I; 0] from R^d to R^k. *)
Definition embedding (d k : nat) : mat k d := fun a i => if val a == val i then 1 else 0.
Arguments embedding : clear implicits.

Lemma sum_inclusion d k (dk : (d <= k)%N) (F : 'I_k -> R) (i : 'I_d) :
  \sum_(a < k) (embedding d k a i * F a) = F (widen_ord dk i).
Proof.
rewrite (bigD1 (widen_ord dk i)) //= /embedding eqxx big1 ?Rplus_0_r ?Rmult_1_l // => a ne.
case: eqP => [e|_]; last by rewrite Rmult_0_l.
by case/eqP: ne; apply: val_inj.
Qed.

Lemma sum_inclusion_row d k (dk : (d <= k)%N) (z : vec d) (i : 'I_d) :
  mulv (embedding d k) z (widen_ord dk i) = z i.
Proof.
rewrite /mulv (bigD1 i) //= /embedding /= eqxx big1 ?Rplus_0_r ?Rmult_1_l // => j ne.
case: eqP => [e|_]; last by rewrite Rmult_0_l.
by case/eqP: ne; apply: val_inj.
Qed.

Lemma half_dot_known d (y : vec d) : second_order (fun z => dot z z / 2) (fun z => z) (fun _ => @kron d) y.
Proof.
split.
- move=> i; have -> : y i = 2 * y i / 2 by field.
  apply: (is_derive_ext (fun t => (t ^ 2 + \big[Rplus/0]_(j < d | j != i) (y j * y j)) / 2)) => [t|].
    rewrite /dot [in RHS](bigD1 i) //= upd_at; congr ((_ + _) / 2); first by rewrite Rmult_1_r.
    by apply: eq_bigr => j ji; rewrite upd_other.
  by auto_derive => //; field.
- move=> i j; exact: coordinate_derive.
- by move=> i; exact: cont_coordinate.
- by move=> i j; exact: cont_const.
Qed.

(** For all k > d >= 1 there is a loss on R^k that is C^2 with a Hessian that is positive definite everywhere and
    curved, and the head W = [I; 0] has H_eff(z) = I for all z. *)
Theorem barrier_counterexample_all_widths (d k : nat) : (0 < d)%N -> (d < k)%N ->
  exists L : vec k -> R,
  [/\ forall u, C2 L u, forall u, positive_definite (hess L u), curved L
    & forall z, effective L (mulv (embedding d k)) z = @multiple_of_identity d 1].
Proof.
move=> d0 dk; have k0 := ltn_trans d0 dk; have dk' := ltnW dk.
pose p : 'I_k := Ordinal k0; pose l : 'I_k := Ordinal dk.
have pl : p != l by rewrite -val_eqE /= neq_ltn d0.
exists (rippled p l); split.
- by move=> u; exact: known_C2 (near_all _ (rippled_known pl)).
- by move=> u; exact: rippled_definite.
- exact: rippled_curved.
move=> z; rewrite /effective.
have -> : (fun w : vec d => rippled p l (mulv (embedding d k) w)) = fun w => dot w w / 2.
  apply: functional_extensionality => w; rewrite /rippled.
  have -> : mulv (embedding d k) w l = 0.
    rewrite /mulv big1 // => i _; rewrite /embedding /=; case: eqP => [e|_]; last by rewrite Rmult_0_l.
    by have := ltn_ord i; rewrite -e ltnn.
  rewrite cos_0 dot_mulv.
  have -> : mulv (tr (embedding d k)) (mulv (embedding d k) w) = w.
    by apply: functional_extensionality => i; rewrite {1}/mulv /tr (sum_inclusion dk') sum_inclusion_row.
  by field.
rewrite (known_hess (near_all _ (@half_dot_known d))).
by apply: functional_extensionality => i; apply: functional_extensionality => j;
  rewrite /multiple_of_identity Rmult_1_l.
Qed.

(** Its hypotheses are met: d = 512 and k = 2048, the widths of the quoted work on ResNet-18. *)
Lemma barrier_counterexample_all_widths_met : (0 < 512)%N /\ (512 < 2048)%N.
Proof. by []. Qed.
