(** The loss [2 - 2 cos(u, t)]: its gradient and its Hessian. *)
From Coq Require Import Reals Lra Psatz FunctionalExtensionality.
From mathcomp Require Import ssreflect ssrfun ssrbool eqtype ssrnat seq fintype bigop.
From Coquelicot Require Import Coquelicot.
From Geometry Require Import vectors jets chain pullback smooth symmetry elementary orthonormal homogeneous.
Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Open Scope R_scope.

(** The cosine of the angle between two vectors. *)
Definition cosine (k : nat) (u t : vec k) : R := dot u t / (len u * len t).
(** The loss [2 - 2 cos(u, t)] for the target [t]. *)
Definition cosine_loss (k : nat) (t u : vec k) : R := 2 - 2 * cosine u t.

(** The first and second derivative of [q |-> 1 / sqrt q]. *)
Definition df q := - / (2 * q * sqrt q).
Definition ddf q := 3 / (4 * q * q * sqrt q).

Lemma is_derive_inv_sqrt q : 0 < q -> is_derive (fun q => / sqrt q) q (df q).
Proof.
move=> q0; have s0 := sqrt_lt_R0 _ q0; have ss := sqrt_sqrt _ (Rlt_le _ _ q0).
auto_derive; first by split=> //; split=> //; lra.
rewrite /df; move: s0 ss; move: (sqrt q) => s s0 ss; rewrite -ss; field; lra.
Qed.

Lemma is_derive_df q : 0 < q -> is_derive df q (ddf q).
Proof.
move=> q0; have s0 := sqrt_lt_R0 _ q0; have ss := sqrt_sqrt _ (Rlt_le _ _ q0).
rewrite /df; auto_derive; first by split=> //; split=> //; apply: Rgt_not_eq; apply: Rmult_lt_0_compat; lra.
rewrite /ddf; move: s0 ss; move: (sqrt q) => s s0 ss; rewrite -ss; field; lra.
Qed.

Lemma C2fun_inv_sqrt q : 0 < q -> C2fun_at (fun q => / sqrt q) q.
Proof.
move=> q0; apply: (C2fun_at_ext q0 is_derive_inv_sqrt is_derive_df) => s s0.
have r0 := sqrt_lt_R0 _ s0.
apply: (ex_derive_continuous ddf); rewrite /ddf; auto_derive; split=> //; split=> //.
by apply: Rgt_not_eq; apply: Rmult_lt_0_compat => //; nra.
Qed.

Section Hessian.
Variables (k : nat) (t u : vec k).
Hypotheses (t1 : len t = 1) (u0 : u <> zerov).

Implicit Types (w : vec k) (i j : 'I_k).

Lemma cosine_lossE w : cosine_loss t w = 2 - 2 * (dot w t * / sqrt (dot w w)).
Proof. by rewrite /cosine_loss /cosine t1 Rmult_1_r. Qed.

Lemma C2_sqr w : C2 (fun x : vec k => dot x x) w.
Proof. by apply: C2_sum => i; apply: C2_mult; exact: C2_coord. Qed.

Lemma C2_dotl w : C2 (fun x : vec k => dot x t) w.
Proof. by apply: C2_sum => i; apply: C2_mult; [exact: C2_coord | exact: C2_const]. Qed.

Lemma C2_cosine_loss : C2 (cosine_loss t) u.
Proof.
have A : C2 (fun w : vec k => -2 * (dot w t * / sqrt (dot w w))) u.
  apply: C2_scal; apply: C2_mult; first exact: C2_dotl.
  by apply: (C2_fun (s := fun q => / sqrt q) (f := fun w : vec k => dot w w)); [exact: C2_sqr | exact: C2fun_inv_sqrt (dot_gt0 u0)].
by apply: C2_ext_near (C2_plus (C2_const 2 u) A); apply: filter_forall => w; rewrite cosine_lossE; ring.
Qed.

Lemma is_derive_dotl w i : is_derive (fun s => dot (upd w i s) t) (w i) (t i).
Proof.
have := is_derive_partial (C1_ex i (C2_C1 (C2_dotl w))).
suff -> : partial (fun x => dot x t) i w = t i by [].
rewrite (partial_ext (g := dot t)); first by rewrite -/(grad (dot t) w i) grad_dot.
by move=> y; rewrite dotC.
Qed.

Lemma is_derive_sqr w i : is_derive (fun s => dot (upd w i s) (upd w i s)) (w i) (2 * w i).
Proof.
have := is_derive_partial (C1_ex i (C2_C1 (C2_sqr w))).
suff -> : partial (fun x => dot x x) i w = 2 * w i by [].
rewrite /dot partial_sum => [|a]; last by apply: C1_mult; exact: C1_coord.
rewrite (eq_sum (G := fun a => kron i a * (2 * w a))) ?sum_kron // => a.
by rewrite -(near_point (near_partial_mult i (C1_coord a w) (C1_coord a w))) partial_coord; ring.
Qed.

Lemma is_derive_upd_coord w i j : is_derive (fun s => upd w i s j) (w i) (kron i j).
Proof.
have := is_derive_partial (C1_ex i (C1_coord j w)).
by rewrite partial_coord.
Qed.

Lemma partial_cosine_loss w i : 0 < dot w w ->
  partial (cosine_loss t) i w =
  -2 * (t i * / sqrt (dot w w) + dot w t * (df (dot w w) * (2 * w i))).
Proof.
move=> w0; apply: is_derive_unique.
apply: (is_derive_ext (fun s => 2 + -2 * (dot (upd w i s) t * / sqrt (dot (upd w i s) (upd w i s))))).
  by move=> s; rewrite cosine_lossE /=; ring.
have D1 := is_derive_dotl w i; have D2 := is_derive_sqr w i.
have := is_derive_comp (fun q => / sqrt q) (fun s => dot (upd w i s) (upd w i s)) (w i) (df (dot w w)) _ _ D2.
rewrite upd_same => /(_ (is_derive_inv_sqrt w0)) D3.
have := is_derive_mult _ _ _ _ _ D1 D3 Rmult_comm; rewrite !upd_same => D4.
have := is_derive_plus _ _ _ _ _ (is_derive_const 2 (w i)) (is_derive_scal _ _ (-2) _ D4).
rewrite /plus /zero /mult /scal /= /mult /= Rplus_0_l => D5.
have <- : -2 * (t i * / sqrt (dot w w) + dot w t * (2 * w i * df (dot w w)))
  = -2 * (t i * / sqrt (dot w w) + dot w t * (df (dot w w) * (2 * w i))) by ring.
exact: D5.
Qed.

Lemma hess_cosine_loss i j : let q := dot u u in hess (cosine_loss t) u i j =
  -2 * (t j * (2 * u i * df q)
    + (t i * (df q * (2 * u j)) + dot u t * (2 * u i * ddf q * (2 * u j) + df q * (2 * kron i j)))).
Proof.
move=> q; have q0 : 0 < q := dot_gt0 u0.
have pos : near u (fun w => 0 < dot w w).
  have c := C1_cont (C2_C1 (C2_sqr u)); exact: (c _ (locally_gt0 q0)).
rewrite /hess (partial_ext_near (g := fun w =>
  -2 * (t j * / sqrt (dot w w) + dot w t * (df (dot w w) * (2 * w j))))); last first.
  by apply: near_imp pos => w w0; rewrite partial_cosine_loss.
apply: is_derive_unique.
have D1 := is_derive_dotl u i; have D2 := is_derive_sqr u i; have D3 := is_derive_upd_coord u i j.
have := is_derive_comp (fun q => / sqrt q) (fun s => dot (upd u i s) (upd u i s)) (u i) (df q) _ _ D2.
rewrite upd_same => /(_ (is_derive_inv_sqrt q0)) D4.
have := is_derive_comp df (fun s => dot (upd u i s) (upd u i s)) (u i) (ddf q) _ _ D2.
rewrite upd_same => /(_ (is_derive_df q0)) D5.
have D6 := is_derive_mult _ _ _ _ _ D5 (is_derive_scal _ _ 2 _ D3) Rmult_comm.
have D7 := is_derive_mult _ _ _ _ _ D1 D6 Rmult_comm.
have := is_derive_scal _ _ (-2) _ (is_derive_plus _ _ _ _ _ (is_derive_scal _ _ (t j) _ D4) D7).
by rewrite !upd_same.
Qed.

(** [H v] in terms of [u], [t], [v]. *)
Lemma cosine_mulv (v : vec k) i : let l := len u in let c := cosine u t in
  mulv (hess (cosine_loss t) u) v i =
  (2 / l * (u i * dot t v + t i * dot u v) - 6 * c / (l * l) * (u i * dot u v) + 2 * c * v i) / (l * l).
Proof.
move=> l c; have q0 : 0 < dot u u := dot_gt0 u0.
have l0 : 0 < l by apply: sqrt_lt_R0.
have ll : l * l = dot u u by apply: len_sqr.
have E : mulv (hess (cosine_loss t) u) v i = -2 * (2 * u i * df (dot u u) * dot t v
   + (t i * (df (dot u u) * (2 * dot u v)) + dot u t * (2 * u i * ddf (dot u u) * (2 * dot u v) + df (dot u u) * (2 * v i)))).
  rewrite /mulv; under eq_sum => j do rewrite hess_cosine_loss.
  set a := df _; set b := ddf _; set m := dot u t.
  rewrite (eq_sum (G := fun j => (-4 * u i * a) * (t j * v j)
    + ((-4 * t i * a - 8 * m * u i * b) * (u j * v j) + kron i j * (-4 * m * a * v j)))) => [|j]; last by ring.
  by rewrite !sumD sum_kron -!mulr_sum -/(dot t v) -/(dot u v); ring.
have -> : c = dot u t / l by rewrite /c /cosine t1 Rmult_1_r.
rewrite E /df /ddf -/(len u) -/l -ll; field; lra.
Qed.
End Hessian.

Lemma cosine_scale_invariant k (t : vec k) : scale_invariant (cosine_loss t).
Proof.
move=> u x x0; rewrite /cosine_loss /cosine dotZl lenZ Rabs_pos_eq; last by lra.
have [e|n] := Req_dec (len u * len t) 0.
  suff -> : dot u t = 0 by rewrite /Rdiv; ring.
  by case: (Rmult_integral _ _ e) => /len_eq0 ->; rewrite ?dot0l ?dot0r.
have nu : len u <> 0 by move=> e; apply: n; rewrite e; ring.
have nt : len t <> 0 by move=> e; apply: n; rewrite e; ring.
by field; split=> //; split=> //; lra.
Qed.

(** The cosine lies between -1 and 1. *)
Lemma cosine_bound k (u t : vec k) : -1 <= cosine u t <= 1.
Proof.
rewrite /cosine; have [e|n] := Req_dec (len u * len t) 0.
  suff -> : dot u t = 0 by rewrite /Rdiv Rmult_0_l; lra.
  by case: (Rmult_integral _ _ e) => /len_eq0 ->; rewrite ?dot0l ?dot0r.
have p : 0 < len u * len t by have := Rmult_le_pos _ _ (len_ge0 u) (len_ge0 t); lra.
have /Rabs_le_between [a b] := cauchy_schwarz_abs u t.
have -> : dot u t / (len u * len t) = / (len u * len t) * dot u t by rewrite /Rdiv; ring.
have ip := Rinv_0_lt_compat _ p; have i1 : / (len u * len t) * (len u * len t) = 1 by field; split=> e; apply: n; rewrite e; ring.
have := Rmult_le_compat_l _ _ _ (Rlt_le _ _ ip) a; have := Rmult_le_compat_l _ _ _ (Rlt_le _ _ ip) b; lra.
Qed.

(** The gradient vanishes only where [u] and [t] are parallel: for orthogonal unit vectors it does not. *)
Lemma grad_cosine_loss_orthogonal k (t u : vec k) : len t = 1 -> len u = 1 -> dot u t = 0 ->
  grad (cosine_loss t) u <> zerov.
Proof.
move=> t1 u1 ut; have u0 : u <> zerov by move=> e; move: u1; rewrite e /len dot0l sqrt_0; lra.
move=> g0; have := euler_second (cosine_scale_invariant t) (C2_cosine_loss t1 u0).
rewrite g0 => H; have t0 : t = zerov; last by move: t1; rewrite t0 /len dot0l sqrt_0; lra.
apply: functional_extensionality => i; have := congr1 (fun v => v i) H.
rewrite cosine_mulv // /scalev /zerov /cosine t1 u1 (dotC t u) ut (_ : dot u u = 1); last first.
  by rewrite -len_sqr u1; ring.
lra.
Qed.
