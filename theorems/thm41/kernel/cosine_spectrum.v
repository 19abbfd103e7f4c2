(** The eigenvalues of the Hessian of the loss [2 - 2 cos(u, t)], with their multiplicities. *)
From Coq Require Import Reals Lra Psatz FunctionalExtensionality.
From mathcomp Require Import ssreflect ssrfun ssrbool eqtype ssrnat seq fintype bigop.
From Coquelicot Require Import Coquelicot.
From Geometry Require Import vectors jets chain pullback smooth symmetry elementary orthonormal homogeneous cosine.
From Geometry.thm41 Require Import scale.
Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Open Scope R_scope.

(** The Hessian of the loss, times |u|^2, has the eigenvalue [c + sqrt(4 - 3 c^2)] at the index [i1],
    the eigenvalue [c - sqrt(4 - 3 c^2)] at the index [i2], and [2 c] at all others. *)
Definition cosine_eigenvalue (k : nat) (i1 i2 : 'I_k) (c : R) (i : 'I_k) : R :=
  if i == i1 then c + sqrt (4 - 3 * (c * c)) else if i == i2 then c - sqrt (4 - 3 * (c * c)) else 2 * c.

Section Spectrum.
Variables (k : nat) (t u : vec k) (i1 i2 : 'I_k).
Hypotheses (ne : i1 != i2) (t1 : len t = 1) (u0 : u <> zerov).
Let l := len u.
Let c := cosine u t.
Let H := hess (cosine_loss t) u.
Variable a : vec k.
Hypothesis aE : a = scalev (/ l) u.

Lemma l_gt0 : 0 < l.
Proof. by apply: sqrt_lt_R0; exact: dot_gt0. Qed.

Lemma aa : dot a a = 1.
Proof. by rewrite aE dotZl dotZr -len_sqr -/l; field; have := l_gt0; lra. Qed.

Lemma at_c : dot a t = c.
Proof. by rewrite aE dotZl /c /cosine t1 -/l; field; have := l_gt0; lra. Qed.

Lemma tt : dot t t = 1.
Proof. by rewrite -len_sqr t1; ring. Qed.

(** The component of [t] orthogonal to [u]. *)
Lemma split_t : exists s b, dot b b = 1 /\ dot a b = 0 /\ s * s = 1 - c * c
  /\ t = addv (scalev c a) (scalev s b).
Proof.
have [w wE] : exists w, w = subv t (scalev c a) by exists (subv t (scalev c a)).
have ww : dot w w = 1 - c * c.
  by rewrite wE !(dotBl, dotBr, dotZl, dotZr) tt aa (dotC t a) at_c; ring.
have aw : dot a w = 0 by rewrite wE dotBr dotZr at_c aa; ring.
have E s b : scalev s b = w -> t = addv (scalev c a) (scalev s b).
  by move=> ->; apply: functional_extensionality => i; rewrite wE /addv /subv; ring.
have [w0|wn] := Req_dec (dot w w) 0.
  have [b [b1 ab]] := orthogonal_unit ne aa.
  exists 0, b; split=> //; split=> //; split; first by lra.
  apply: E; rewrite (dot_eq0 w0); apply: functional_extensionality => i.
  by rewrite /scalev /zerov; ring.
have p : 0 < dot w w by have := dot_ge0 w; lra.
have s0 := sqrt_lt_R0 _ p; have ss := sqrt_sqrt _ (Rlt_le _ _ p).
exists (len w), (scalev (/ len w) w); rewrite dotZl !dotZr -len_sqr.
have n0 : len w <> 0 by rewrite /len; lra.
split; first by field.
split; first by rewrite aw; ring.
split; first by rewrite len_sqr.
by apply: E; apply: functional_extensionality => i; rewrite /scalev; field.
Qed.

Section Plane.
Variables (s : R) (b : vec k).
Hypotheses (bb : dot b b = 1) (ab : dot a b = 0) (ss : s * s = 1 - c * c).
Hypothesis tE : t = addv (scalev c a) (scalev s b).

Lemma cosine_apply v i : mulv H v i =
  (a i * (2 * s * dot b v - 2 * c * dot a v) + 2 * s * (b i * dot a v) + 2 * c * v i) / (l * l).
Proof.
have l0 := l_gt0; rewrite /H cosine_mulv // -/l -/c.
have -> : dot u v = l * dot a v by rewrite aE dotZl; field; lra.
have -> : u i = l * a i by rewrite aE /scalev; field; lra.
have -> : dot t v = c * dot a v + s * dot b v by rewrite {1}tE dotDl !dotZl.
have -> : t i = c * a i + s * b i by rewrite {1}tE.
by field; lra.
Qed.

Definition combination (x y : R) : vec k := addv (scalev x a) (scalev y b).

Lemma dot_combination x y x' y' : dot (combination x y) (combination x' y') = x * x' + y * y'.
Proof. by rewrite !(dotDl, dotDr, dotZl, dotZr) aa bb (dotC b a) ab; ring. Qed.

Lemma eigen_combination x y m : 2 * s * y = m * x -> 2 * s * x + 2 * c * y = m * y ->
  mulv H (combination x y) = scalev (m / (l * l)) (combination x y).
Proof.
move=> e1 e2; apply: functional_extensionality => i; rewrite cosine_apply.
rewrite !(dotDr, dotZr) aa bb (dotC b a) ab /combination /addv /scalev.
have -> : a i * (2 * s * (x * 0 + y * 1) - 2 * c * (x * 1 + y * 0)) + 2 * s * (b i * (x * 1 + y * 0)) +
  2 * c * (x * a i + y * b i) = (2 * s * y) * a i + (2 * s * x + 2 * c * y) * b i by ring.
by rewrite e1 e2; field; have := l_gt0; lra.
Qed.

(** The two eigenvectors in the plane of [u] and [t], for any numbering of the two eigenvalues. *)
Lemma plane_basis m m' (j j' : 'I_k) : j != j' -> m + m' = 2 * c -> m * m' = - (4 * (s * s)) -> m <> 0 ->
  exists e, orthonormal e /\ mulv H (e j) = scalev (m / (l * l)) (e j)
    /\ mulv H (e j') = scalev (m' / (l * l)) (e j')
    /\ forall i, i != j -> i != j' -> mulv H (e i) = scalev (2 * c / (l * l)) (e i).
Proof.
move=> jj sum prod m0.
have m2 : m * m = 4 * (s * s) + 2 * c * m by rewrite -sum -[4 * _]Ropp_involutive -prod; ring.
have p : 0 < 4 * (s * s) + m * m by nra.
have N0 := sqrt_lt_R0 _ p; have NN := sqrt_sqrt _ (Rlt_le _ _ p); set N := sqrt _ in N0 NN.
have scale x y x' y' : dot (combination (x / N) (y / N)) (combination (x' / N) (y' / N)) = (x * x' + y * y') / (N * N).
  by rewrite dot_combination; field; lra.
have [||| e [eo [ej ej']]] := @complete_two k (combination (2 * s / N) (m / N)) (combination (- m / N) (2 * s / N)) j j' jj.
- by rewrite scale NN; field; lra.
- by rewrite scale NN; field; lra.
- by rewrite scale; field; lra.
exists e; split=> //; split.
  by rewrite ej; apply: eigen_combination; [field; lra | have -> : m * (m / N) = m * m / N by [field; lra]; rewrite m2; field; lra].
split.
  rewrite ej'; apply: eigen_combination.
    by have : 4 * (s * s) = - (m * m') by [lra]; move=> E; field_simplify_eq; lra.
  by have -> : m' = 2 * c - m by [lra]; field; lra.
move=> i ij ij'.
have o1 : 2 * s * dot a (e i) + m * dot b (e i) = 0.
  have := eo j i; rewrite ej dotDl !dotZl /kron eq_sym (negbTE ij) => h.
  by have := Rmult_eq_compat_l N _ _ h; rewrite Rmult_0_r => <-; field; lra.
have o2 : - m * dot a (e i) + 2 * s * dot b (e i) = 0.
  have := eo j' i; rewrite ej' dotDl !dotZl /kron eq_sym (negbTE ij') => h.
  by have := Rmult_eq_compat_l N _ _ h; rewrite Rmult_0_r => <-; field; lra.
have x0 : dot a (e i) = 0.
  apply: (Rmult_eq_reg_l (4 * (s * s) + m * m)); last by lra.
  have -> : (4 * (s * s) + m * m) * dot a (e i) = 2 * s * (2 * s * dot a (e i) + m * dot b (e i))
    - m * (- m * dot a (e i) + 2 * s * dot b (e i)) by ring.
  by rewrite o1 o2; ring.
have y0 : dot b (e i) = 0.
  apply: (Rmult_eq_reg_l m) => //; move: o1; rewrite x0; lra.
by apply: functional_extensionality => p'; rewrite cosine_apply x0 y0 /scalev; field; have := l_gt0; lra.
Qed.
End Plane.

Lemma cosine_spectrum : exists e, orthonormal e /\
  forall i, mulv H (e i) = scalev (cosine_eigenvalue i1 i2 c i / (l * l)) (e i).
Proof.
have [s [b [bb [ab [ss tE]]]]] := split_t.
have c2 : c * c <= 1 by nra.
have d0 : 0 < 4 - 3 * (c * c) by lra.
have r0 := sqrt_lt_R0 _ d0; have rr := sqrt_sqrt _ (Rlt_le _ _ d0).
set r := sqrt _ in r0 rr; rewrite /cosine_eigenvalue -/r.
have ne' : i2 != i1 by rewrite eq_sym.
have [c0|c0] := Rle_lt_dec 0 c.
  have [|||e [eo [e1 [e2 e3]]]] := plane_basis bb ab tE (m := c + r) (m' := c - r) ne; [lra | nra | lra |].
  exists e; split=> // i; case: (eqVneq i i1) => [->//|n1]; case: (eqVneq i i2) => [->//|n2]; exact: e3.
have [|||e [eo [e1 [e2 e3]]]] := plane_basis bb ab tE (m := c - r) (m' := c + r) ne'; [lra | nra | lra |].
exists e; split=> // i; case: (eqVneq i i1) => [->//|n1]; case: (eqVneq i i2) => [->//|n2]; exact: e3.
Qed.
End Spectrum.

(** The loss [2 - 2 cos(u, t)] with a unit vector [t] in [R^k] is C^2 at every [u != 0] and does not
    depend on the length of [u].  Let [c = cos(u, t)], and let [i1] and [i2] be two different indices below
    [k] (so [k >= 2]).  There is an orthonormal basis of eigenvectors of its Hessian at [u]; the
    eigenvalues times |u|^2 are [c + sqrt(4 - 3 c^2)] at [i1], [c - sqrt(4 - 3 c^2)] at [i2], and [2 c] at
    the [k - 2] other indices. *)
Theorem part_fact0_cosine (k : nat) (t u : vec k) (i1 i2 : 'I_k) :
  i1 != i2 -> len t = 1 -> u <> zerov ->
  C2 (cosine_loss t) u
  /\ scale_invariant (cosine_loss t)
  /\ exists e, orthonormal e /\
       forall i, mulv (hess (cosine_loss t) u) (e i) =
                 scalev (cosine_eigenvalue i1 i2 (cosine u t) i / (len u * len u)) (e i).
Proof.
move=> ne t1 u0; split; first exact: C2_cosine_loss.
by split; [exact: cosine_scale_invariant | exact: cosine_spectrum].
Qed.

(** Targets and outputs as in the theorem, with [rho != 0]: orthogonal unit vectors of the plane.  They also
    meet the hypotheses of [part_fact0]. *)
Lemma part_fact0_met : exists (t u : vec 2), len t = 1 /\ u <> zerov
  /\ C2 (cosine_loss t) u /\ scale_invariant (cosine_loss t) /\ grad (cosine_loss t) u <> zerov.
Proof.
pose t : vec 2 := kron ord0; pose u : vec 2 := kron ord_max.
have k1 i : len (@kron 2 i) = 1 by rewrite /len orthonormal_kron /kron eqxx sqrt_1.
have u0 : u <> zerov.
  by move=> /(congr1 (fun v => v ord_max)); rewrite /u /kron eqxx /zerov; lra.
have lu : len u = 1 by exact: k1.
have lt : len t = 1 by exact: k1.
have LC := C2_cosine_loss lt u0; have inv := cosine_scale_invariant t.
exists t, u; split=> //; split=> //; split=> //; split=> // g0.
have := euler_second inv LC => /(congr1 (fun v => v ord0)).
rewrite g0 cosine_mulv // /scalev /zerov /cosine lu lt.
have -> : dot u t = 0 by rewrite orthonormal_kron /kron.
have -> : dot t u = 0 by rewrite orthonormal_kron /kron.
have -> : dot u u = 1 by rewrite orthonormal_kron /kron eqxx.
have -> : u ord0 = 0 by rewrite /u /kron.
have -> : t ord0 = 1 by rewrite /t /kron eqxx.
lra.
Qed.

(** Without scale invariance the identity fails: [L(u) = u] on the line has [H u = 0] and [rho = 1]. *)
Lemma part_fact0_needs_scale_invariant : exists (L : vec 1 -> R) (u : vec 1),
  C2 L u /\ mulv (hess L u) u <> scalev (-1) (grad L u).
Proof.
exists (fun u => u ord0), zerov; split; first exact: C2_coord.
move=> /(congr1 (fun v => v ord0)); rewrite mulv0 /scalev /zerov /grad partial_coord /kron eqxx; lra.
Qed.
