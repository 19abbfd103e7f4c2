(** How fast the conditioning of the metric of [log(1 + e^u_1 + e^u_2)] can change. *)
From Coq Require Import Reals Lra FunctionalExtensionality.
From mathcomp Require Import ssreflect ssrfun ssrbool eqtype ssrnat seq fintype bigop.
From Coquelicot Require Import Coquelicot.
From Geometry Require Import vectors jets chain pullback smooth symmetry elementary.
Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Open Scope R_scope.

(** The condition number of the positive definite matrix [A] is at most [K]: on vectors of the same length the values
    of its form differ by the factor [K] at most. *)
Definition condition_le (n : nat) (A : mat n n) (K : R) : Prop :=
  forall v w, len v = len w -> form A v v <= K * form A w w.

(** The loss [log(1 + e^u_1 + e^u_2)] of the plane. *)
Definition trinomial (u : vec 2) : R := ln (1 + (exp (u ord0) + exp (u ord_max))).

(** The sum [1 + e^u_1 + e^u_2]. *)
Definition total (u : vec 2) : R := 1 + (exp (u ord0) + exp (u ord_max)).

Lemma total_gt0 u : 0 < total u.
Proof. by rewrite /total; have := exp_pos (u ord0); have := exp_pos (u ord_max); lra. Qed.

Lemma two (x : 'I_2) : x = ord0 \/ x = ord_max.
Proof. by case: x => [[|[|x]] xi] //; [left | right]; apply: val_inj. Qed.

Implicit Types (u v w : vec 2) (i j : 'I_2).

Lemma total_line u i : is_derive (fun t => total (upd u i t)) (u i) (exp (u i)).
Proof. by case: (two i) => ->; rewrite /total /upd /=; auto_derive => //; ring. Qed.

Lemma exp_line u i j : is_derive (fun t => exp (upd u i t j)) (u i) (kron i j * exp (u j)).
Proof.
have := is_derive_partial (C1_ex i (C2_C1 (C2_lift j u C2fun_exp))).
by rewrite partial_lift Derive_exp.
Qed.

Lemma trinomial_grad u j : partial trinomial j u = exp (u j) / total u.
Proof.
apply: is_derive_unique; have z := total_gt0 u.
have := is_derive_comp ln (fun t => total (upd u j t)) (u j) (/ total u) _ _ (total_line u j).
rewrite /scal /= /mult /= upd_same; apply.
by auto_derive => //; field; lra.
Qed.

Lemma trinomial_hess u i j :
  hess trinomial u i j = (kron i j * exp (u j) * total u - exp (u j) * exp (u i)) / (total u * total u).
Proof.
have z := total_gt0 u; rewrite /hess (partial_ext _ _ (fun w => trinomial_grad w j)).
apply: is_derive_unique.
have := is_derive_div _ _ _ _ _ (exp_line u i j) (total_line u i); rewrite !upd_same => /(_ (Rgt_not_eq _ _ z)).
by rewrite /= Rmult_1_r.
Qed.

(** The form of the Hessian, times the square of the sum. *)
Definition weight (x y : R) (v : vec 2) : R :=
  x * (v ord0 * v ord0) + y * (v ord_max * v ord_max) + x * y * ((v ord0 - v ord_max) * (v ord0 - v ord_max)).

Lemma trinomial_form u v : form (hess trinomial u) v v =
  weight (exp (u ord0)) (exp (u ord_max)) v / (total u * total u).
Proof.
have z := total_gt0 u.
have o : lift ord0 (ord0 : 'I_1) = ord_max :> 'I_2 by apply: val_inj.
rewrite /form /dot /mulv !big_ord_recl !big_ord0 o !trinomial_hess /kron /= /weight.
by rewrite /total in z *; field; lra.
Qed.

Lemma weight_ge0 x y v : 0 < x -> 0 < y -> 0 <= weight x y v.
Proof.
move=> x0 y0; have xy := Rmult_lt_0_compat _ _ x0 y0.
by apply: Rplus_le_le_0_compat; [apply: Rplus_le_le_0_compat |]; apply: Rmult_le_pos; try lra; exact: Rle_0_sqr.
Qed.

(** The weights change by factors between [e^m] and [e^M]. *)
Lemma weight_scale x y a b v m M : 0 < x -> 0 < y ->
  m <= a <= M -> m <= b <= M -> m <= a + b <= M ->
  exp m * weight x y v <= weight (x * exp a) (y * exp b) v <= exp M * weight x y v.
Proof.
move=> x0 y0 [am aM] [bm bM] [cm cM]; have xy := Rmult_lt_0_compat _ _ x0 y0.
have mono s t : s <= t -> exp s <= exp t.
  by case=> [lt|->]; [apply: Rlt_le; exact: exp_increasing | lra].
have A0 : 0 <= x * (v ord0 * v ord0) by apply: Rmult_le_pos; [lra | exact: Rle_0_sqr].
have B0 : 0 <= y * (v ord_max * v ord_max) by apply: Rmult_le_pos; [lra | exact: Rle_0_sqr].
have C0 : 0 <= x * y * ((v ord0 - v ord_max) * (v ord0 - v ord_max)) by apply: Rmult_le_pos; [lra | exact: Rle_0_sqr].
have E : weight (x * exp a) (y * exp b) v = exp a * (x * (v ord0 * v ord0)) + exp b * (y * (v ord_max * v ord_max))
   + exp (a + b) * (x * y * ((v ord0 - v ord_max) * (v ord0 - v ord_max))) by rewrite /weight exp_plus; ring.
rewrite E /weight; move: A0 B0 C0.
move: (x * (v ord0 * v ord0)) (y * (v ord_max * v ord_max)) (x * y * ((v ord0 - v ord_max) * (v ord0 - v ord_max))) => A B C A0 B0 C0.
have a1 := Rmult_le_compat_r _ _ _ A0 (mono _ _ am); have a2 := Rmult_le_compat_r _ _ _ A0 (mono _ _ aM).
have b1 := Rmult_le_compat_r _ _ _ B0 (mono _ _ bm); have b2 := Rmult_le_compat_r _ _ _ B0 (mono _ _ bM).
have c1 := Rmult_le_compat_r _ _ _ C0 (mono _ _ cm); have c2 := Rmult_le_compat_r _ _ _ C0 (mono _ _ cM).
lra.
Qed.

Lemma spread (a b l : R) : 0 <= l -> a * a + b * b = l * l -> exists m M,
  m <= a <= M /\ m <= b <= M /\ m <= a + b <= M /\ M - m <= sqrt 2 * l.
Proof.
move=> l0 e; have s0 : 0 <= sqrt 2 by apply: sqrt_pos.
have ss : sqrt 2 * sqrt 2 = 2 by apply: sqrt_sqrt; lra.
have bound t : t * t <= 2 * (l * l) -> t <= sqrt 2 * l.
  move=> h; apply: Rnot_lt_le => lt; have p := Rmult_le_pos _ _ s0 l0.
  have := Rmult_le_0_lt_compat _ _ _ _ p p lt lt.
  have -> : sqrt 2 * l * (sqrt 2 * l) = sqrt 2 * sqrt 2 * (l * l) by ring.
  by rewrite ss; lra.
have qa := Rle_0_sqr a; have qb := Rle_0_sqr b; have qs := Rle_0_sqr (a + b); rewrite /Rsqr in qa qb qs.
have d1 : a - b <= sqrt 2 * l by apply: bound; lra.
have d2 : b - a <= sqrt 2 * l by apply: bound; lra.
have d3 : a <= sqrt 2 * l by apply: bound; lra.
have d4 : b <= sqrt 2 * l by apply: bound; lra.
have d5 : - a <= sqrt 2 * l by apply: bound; lra.
have d6 : - b <= sqrt 2 * l by apply: bound; lra.
have d7 : 0 <= sqrt 2 * l by apply: Rmult_le_pos.
pose m := Rmin a (Rmin b (a + b)); pose M := Rmax a (Rmax b (a + b)).
have m1 : m <= a by apply: Rmin_l.
have m2 : m <= b by apply: Rle_trans (Rmin_r _ _) (Rmin_l _ _).
have m3 : m <= a + b by apply: Rle_trans (Rmin_r _ _) (Rmin_r _ _).
have M1 : a <= M by apply: Rmax_l.
have M2 : b <= M by apply: Rle_trans (Rmax_l _ _) (Rmax_r _ _).
have M3 : a + b <= M by apply: Rle_trans (Rmax_r _ _) (Rmax_r _ _).
have H t : t - sqrt 2 * l <= a -> t - sqrt 2 * l <= b -> t - sqrt 2 * l <= a + b -> t <= m + sqrt 2 * l.
  move=> h1 h2 h3; suff : t - sqrt 2 * l <= m by lra.
  by apply: Rmin_glb => //; exact: Rmin_glb.
have : M <= m + sqrt 2 * l by apply: Rmax_lub; [|apply: Rmax_lub]; apply: H; lra.
by exists m, M; lra.
Qed.

(** For [L = log(1 + e^u_1 + e^u_2)] and every matrix [W] (invertible or not), if the condition number of
    [W^T hess L(u) W] is at most [K], that of [W^T hess L(u') W] is at most [e^(sqrt 2 |u' - u|) K]. *)
Theorem part_robust_conditioning (d : nat) (W : mat 2 d) (u u' : vec 2) (K : R) : 0 <= K ->
  condition_le (mulm (tr W) (mulm (hess trinomial u) W)) K ->
  condition_le (mulm (tr W) (mulm (hess trinomial u') W)) (exp (sqrt 2 * len (subv u' u)) * K).
Proof.
move=> K0 cu v w vw; have := cu v w vw.
have F y z : form (mulm (tr W) (mulm (hess trinomial y) W)) z z = form (hess trinomial y) (mulv W z) (mulv W z).
  by rewrite /form !mulv_mulm (dot_mulv (tr W) z).
rewrite !F !trinomial_form; set V := mulv W v; set X := mulv W w.
have z := total_gt0 u; have z' := total_gt0 u'.
set x := exp (u ord0); set y := exp (u ord_max).
pose a := u' ord0 - u ord0; pose b := u' ord_max - u ord_max.
have xa : exp (u' ord0) = x * exp a by rewrite /x -exp_plus; congr exp; rewrite /a; ring.
have yb : exp (u' ord_max) = y * exp b by rewrite /y -exp_plus; congr exp; rewrite /b; ring.
have o : lift ord0 (ord0 : 'I_1) = ord_max :> 'I_2 by apply: val_inj.
have [m [M [ma [mb [mab mM]]]]] : exists m M, m <= a <= M /\ m <= b <= M /\ m <= a + b <= M
    /\ M - m <= sqrt 2 * len (subv u' u).
  by apply: spread (len_ge0 _) _; rewrite len_sqr /dot !big_ord_recl big_ord0 o /subv /= Rplus_0_r.
have x0 : 0 < x := exp_pos _; have y0 : 0 < y := exp_pos _.
have [_ up] := weight_scale V x0 y0 ma mb mab; have [low _] := weight_scale X x0 y0 ma mb mab.
rewrite xa yb; move: up low; set V' := weight (x * exp a) (y * exp b) V; set X' := weight (x * exp a) (y * exp b) X => up low h.
have i0 : 0 < / (total u * total u) by apply: Rinv_0_lt_compat; apply: Rmult_lt_0_compat.
have i0' : 0 < / (total u' * total u') by apply: Rinv_0_lt_compat; apply: Rmult_lt_0_compat.
have {}h : weight x y V <= K * weight x y X.
  by apply: (Rmult_le_reg_r (/ (total u * total u))) => //; move: h; rewrite /Rdiv; lra.
have em := exp_pos m; have eM := exp_pos M.
have s1 := Rmult_le_compat_l _ _ _ (Rlt_le _ _ eM) h.
have X0 := weight_ge0 X x0 y0.
have s2 : exp M * (K * weight x y X) <= exp (M - m) * K * X'.
  have -> : exp M = exp (M - m) * exp m by rewrite -exp_plus; congr exp; ring.
  have -> : exp (M - m) * exp m * (K * weight x y X) = exp (M - m) * K * (exp m * weight x y X) by ring.
  by apply: Rmult_le_compat_l => //; apply: Rmult_le_pos => //; exact: Rlt_le (exp_pos _).
have X'0 : 0 <= X' by apply: weight_ge0; apply: Rmult_lt_0_compat => //; exact: exp_pos.
have s3 : exp (M - m) * K * X' <= exp (sqrt 2 * len (subv u' u)) * K * X'.
  apply: Rmult_le_compat_r => //; apply: Rmult_le_compat_r => //.
  by case: mM => [lt|->]; [apply: Rlt_le; exact: exp_increasing | lra].
rewrite /Rdiv -(Rmult_assoc (_ * K)); apply: Rmult_le_compat_r; first by lra.
lra.
Qed.

(** The number [sqrt 2] cannot be replaced by [1.4]. *)
Theorem part_robust_sharp : exists (W : mat 2 2) (u u' : vec 2) (K : R), 0 <= K
  /\ condition_le (mulm (tr W) (mulm (hess trinomial u) W)) K
  /\ ~ condition_le (mulm (tr W) (mulm (hess trinomial u') W)) (exp (14 / 10 * len (subv u' u)) * K).
Proof.
pose x := 1 / 1000; have x0 : 0 < x by rewrite /x; lra.
pose u : vec 2 := fun=> ln x; pose u' : vec 2 := fun i => if i == ord0 then ln x + 1 else ln x - 1.
have F y z : form (mulm (tr (@kron 2)) (mulm (hess trinomial y) (@kron 2))) z z = form (hess trinomial y) z z.
  rewrite /form !mulv_mulm (dot_mulv (tr (@kron 2)) z) (_ : tr (tr _) = @kron 2) //.
  by have E v : mulv (@kron 2) v = v by [apply: functional_extensionality => i; rewrite /mulv sum_kron]; rewrite !E.
have o : lift ord0 (ord0 : 'I_1) = ord_max :> 'I_2 by apply: val_inj.
have D (v : vec 2) : dot v v = v ord0 * v ord0 + v ord_max * v ord_max.
  by rewrite /dot !big_ord_recl big_ord0 o /= Rplus_0_r.
exists (@kron 2), u, u', (1 + 2 * x); split; first by lra.
split.
  move=> v w vw; rewrite !F !trinomial_form /u exp_ln //.
  have vw2 : dot v v = dot w w by rewrite -!len_sqr vw.
  rewrite !D in vw2; have z := total_gt0 u.
  have i0 : 0 < / (total u * total u) by apply: Rinv_0_lt_compat; apply: Rmult_lt_0_compat.
  rewrite /Rdiv -/u -(Rmult_assoc (1 + 2 * x)); apply: Rmult_le_compat_r; first by lra.
  rewrite /weight.
  have q1 := Rle_0_sqr (v ord0 + v ord_max); have q2 := Rle_0_sqr (w ord0 - w ord_max); rewrite /Rsqr in q1 q2.
  have xx : 0 <= x * x by apply: Rmult_le_pos; lra.
  have p1 := Rmult_le_pos _ _ xx q1; have p2 := Rmult_le_pos _ _ xx q2.
  have p3 := Rmult_le_pos _ _ (Rlt_le _ _ x0) p2.
  have e1 : x * (v ord0 * v ord0 + v ord_max * v ord_max) = x * (w ord0 * w ord0 + w ord_max * w ord_max) by rewrite vw2.
  have e2 : x * x * (v ord0 * v ord0 + v ord_max * v ord_max) = x * x * (w ord0 * w ord0 + w ord_max * w ord_max) by rewrite vw2.
  lra.
move=> /(_ (@kron 2 ord0) (@kron 2 ord_max)) H.
have {}H := H _; rewrite !F !trinomial_form in H.
have k1 i : len (@kron 2 i) = 1 by rewrite /len /dot sum_kron /kron eqxx sqrt_1.
have {}H := H (eq_trans (k1 _) (esym (k1 _))).
have z := total_gt0 u'; have i0 : 0 < / (total u' * total u') by apply: Rinv_0_lt_compat; apply: Rmult_lt_0_compat.
have l2 : len (subv u' u) = sqrt 2.
  by rewrite /len D /subv /u' /u /=; congr sqrt; ring.
rewrite l2 in H; have s2 : sqrt 2 <= 141422 / 100000.
  by rewrite -(sqrt_square (141422 / 100000)); [apply: sqrt_le_1_alt; lra | lra].
have {}H : weight (exp (u' ord0)) (exp (u' ord_max)) (kron ord0) <=
    exp (14 / 10 * sqrt 2) * (1 + 2 * x) * weight (exp (u' ord0)) (exp (u' ord_max)) (kron ord_max).
  by apply: (Rmult_le_reg_r (/ (total u' * total u'))) => //; move: H; rewrite /Rdiv; lra.
move: H; rewrite /weight /kron /= /u' /= /Rminus !exp_plus exp_ln // exp_Ropp => H.
have e0 := exp_pos 1; have e3 := exp_le_3.
have E : exp (14 / 10 * sqrt 2) <= exp (198 / 100).
  have : 14 / 10 * sqrt 2 < 198 / 100 \/ 14 / 10 * sqrt 2 = 198 / 100 by lra.
  by case=> [lt|->]; [apply: Rlt_le; exact: exp_increasing | lra].
have T : (1 + 2 / 100) * exp (198 / 100) < exp 1 * exp 1.
  have -> : exp 1 * exp 1 = exp (2 / 100) * exp (198 / 100) by rewrite -!exp_plus; congr exp; lra.
  apply: Rmult_lt_compat_r; first exact: exp_pos.
  by apply: exp_ineq1; lra.
have p := exp_pos (198 / 100).
have ie : / exp 1 * exp 1 = 1 by apply: Rinv_l; lra.
move: H E T p; move: (exp (14 / 10 * sqrt 2)) (exp (198 / 100)) (exp 1) (/ exp 1) e0 e3 ie => A B e ei e0 e3 ie H E T p.
have {}H : x * e + x * x * (e * ei) <= A * (1 + 2 * x) * (x * ei + x * x * (e * ei)) by lra.
rewrite (Rmult_comm e ei) ie Rmult_1_r in H.
have {}H : e + x <= A * (1 + 2 * x) * (ei + x) by apply: (Rmult_le_reg_l x) => //; lra.
have {}H : e * e + x * e <= A * (1 + 2 * x) * (1 + x * e).
  have := Rmult_le_compat_r e _ _ (Rlt_le _ _ e0) H.
  have -> : A * (1 + 2 * x) * (ei + x) * e = A * (1 + 2 * x) * (ei * e + x * e) by ring.
  by rewrite ie; lra.
have c : 0 <= (1 + 2 * x) * (1 + x * e) <= (1002 / 1000) * (1003 / 1000).
  by rewrite /x; split; nra.
have k := Rmult_le_compat_r _ _ _ c.1 E.
have k2 := Rmult_le_compat_l _ _ _ (Rlt_le _ _ p) c.2.
have xe : 0 < x * e by apply: Rmult_lt_0_compat.
lra.
Qed.
