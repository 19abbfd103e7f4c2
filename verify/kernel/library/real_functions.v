(** Real functions that losses, heads and activations are made of, and how their derivatives are found:
    coordinates in small dimensions, continuity in several variables, C^2 functions with a known
    gradient and Hessian. *)
From Coq Require Import Reals Lra Lia FunctionalExtensionality.
From mathcomp Require Import ssreflect ssrfun ssrbool eqtype ssrnat seq fintype bigop.
From Coquelicot Require Import Coquelicot.
From Geometry Require Import vectors jets chain pullback.
Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Open Scope R_scope.

(** The first, second and third coordinate. *)
Definition first {n} : 'I_n.+1 := @Ordinal n.+1 0 isT.
Definition second {n} : 'I_n.+2 := @Ordinal n.+2 1 isT.
Definition third {n} : 'I_n.+3 := @Ordinal n.+3 2 isT.

(** The vectors with the coordinates [a]; [a], [b]; [a], [b], [c]. *)
Definition vec1 (a : R) : vec 1 := fun _ => a.
Definition vec2 (a b : R) : vec 2 := fun i => if i == first then a else b.
Definition vec3 (a b c : R) : vec 3 := fun i => if i == first then a else if i == second then b else c.

Lemma at_index n (i : 'I_n) (x y : vec n) : x = y -> x i = y i.
Proof. by move=> ->. Qed.

Lemma all1 (P : 'I_1 -> Prop) : P first -> forall i, P i.
Proof. move=> p [[|m] H] //; rewrite (_ : Ordinal H = first) //; exact: val_inj. Qed.

Lemma all2 (P : 'I_2 -> Prop) : P first -> P second -> forall i, P i.
Proof.
move=> p q [[|[|m]] H] //.
- rewrite (_ : Ordinal H = first) //; exact: val_inj.
- rewrite (_ : Ordinal H = second) //; exact: val_inj.
Qed.

Lemma all3 (P : 'I_3 -> Prop) : P first -> P second -> P third -> forall i, P i.
Proof.
move=> p q r [[|[|[|m]]] H] //.
- rewrite (_ : Ordinal H = first) //; exact: val_inj.
- rewrite (_ : Ordinal H = second) //; exact: val_inj.
- rewrite (_ : Ordinal H = third) //; exact: val_inj.
Qed.

Lemma sum1 (F : 'I_1 -> R) : \sum_(i < 1) F i = F first.
Proof. by rewrite big_ord_recl big_ord0 Rplus_0_r; congr F; apply: val_inj. Qed.

Lemma sum2 (F : 'I_2 -> R) : \sum_(i < 2) F i = F first + F second.
Proof. by rewrite big_ord_recl sum1; congr (F _ + F _); apply: val_inj. Qed.

Lemma sum3 (F : 'I_3 -> R) : \sum_(i < 3) F i = F first + F second + F third.
Proof. by rewrite big_ord_recl sum2 -Rplus_assoc; congr (F _ + F _ + F _); apply: val_inj. Qed.

Lemma sum4 (F : 'I_4 -> R) : \sum_(i < 4) F i = F first + F second + F third + F (@Ordinal 4 3 isT).
Proof. by rewrite big_ord_recl sum3 -!Rplus_assoc; congr (F _ + F _ + F _ + F _); apply: val_inj. Qed.

(** ** Continuity *)

Lemma cont_coordinate n i (x : vec n) : cont (fun y => y i) x.
Proof.
move=> P [e H]; exists e => y b; apply: H; exact: b.
Qed.

Lemma cont_opp n (f : vec n -> R) x : cont f x -> cont (fun y => - f y) x.
Proof. exact: continuous_opp. Qed.

Lemma cont_minus n (f g : vec n -> R) x : cont f x -> cont g x -> cont (fun y => f y - g y) x.
Proof. exact: continuous_minus. Qed.

Lemma cont_comp n (s : R -> R) (f : vec n -> R) x :
  cont f x -> continuous s (f x) -> cont (fun y => s (f y)) x.
Proof. exact: continuous_comp. Qed.

Lemma cont_pow n (f : vec n -> R) m x : cont f x -> cont (fun y => f y ^ m) x.
Proof.
move=> c; apply: (cont_comp (s := fun t => t ^ m)) => //.
by apply: ex_derive_continuous; auto_derive.
Qed.

Lemma cont_inv n (f : vec n -> R) x : cont f x -> f x <> 0 -> cont (fun y => / f y) x.
Proof.
move=> c nz; apply: (cont_comp (s := Rinv)) => //.
by apply: ex_derive_continuous; auto_derive.
Qed.

Lemma cont_div n (f g : vec n -> R) x : cont f x -> cont g x -> g x <> 0 -> cont (fun y => f y / g y) x.
Proof. by move=> cf cg nz; apply: cont_mult => //; apply: cont_inv. Qed.

Lemma cont_sqrt n (f : vec n -> R) x : cont f x -> 0 < f x -> cont (fun y => sqrt (f y)) x.
Proof.
move=> c p; apply: (cont_comp (s := sqrt)) => //.
by apply: ex_derive_continuous; auto_derive.
Qed.

Lemma cont_sin n (f : vec n -> R) x : cont f x -> cont (fun y => sin (f y)) x.
Proof. by move=> c; apply: cont_comp => //; apply: ex_derive_continuous; auto_derive. Qed.

Lemma cont_cos n (f : vec n -> R) x : cont f x -> cont (fun y => cos (f y)) x.
Proof. by move=> c; apply: cont_comp => //; apply: ex_derive_continuous; auto_derive. Qed.

Lemma cont_exp n (f : vec n -> R) x : cont f x -> cont (fun y => exp (f y)) x.
Proof. by move=> c; apply: cont_comp => //; apply: ex_derive_continuous; auto_derive. Qed.

(** Continuity of an expression in coordinates. *)
Ltac continuity := repeat first
  [ apply: cont_const | apply: cont_coordinate | apply: cont_minus | apply: cont_plus | apply: cont_opp
  | apply: cont_div | apply: cont_mult | apply: cont_pow | apply: cont_inv | apply: cont_sqrt
  | apply: cont_sin | apply: cont_cos | apply: cont_exp ].

(** ** C^2 functions with a known gradient and Hessian *)

(** [g] and [H] are the first and second partial derivatives of [f] at [x], and continuous there. *)
Definition second_order (n : nat) (f : vec n -> R) (g : vec n -> vec n) (H : vec n -> mat n n) (x : vec n) :=
  [/\ forall i, is_derive (fun t => f (upd x i t)) (x i) (g x i),
      forall i j, is_derive (fun t => g (upd x i t) j) (x i) (H x i j),
      forall i, cont (fun y => g y i) x & forall i j, cont (fun y => H y i j) x].

Section Known.
Variables (n : nat) (f : vec n -> R) (g : vec n -> vec n) (H : vec n -> mat n n) (x : vec n).
Hypothesis known : near x (second_order f g H).

Let gradE : near x (fun y => forall i, g y i = partial f i y).
Proof. by apply: near_imp known => y [D _ _ _] i; apply/esym/is_derive_unique. Qed.

Let gradE' i : near x (fun y => g y i = partial f i y).
Proof. by apply: near_imp gradE => y. Qed.

Lemma known_grad : grad f x = g x.
Proof. by apply: functional_extensionality => i; rewrite /grad -(near_point (gradE' i)). Qed.

Let hessE' i j : near x (fun y => H y i j = partial (partial f j) i y).
Proof.
apply: near_imp (near_and known (near_near (gradE' j))) => y [[_ D _ _] E].
by apply/esym; rewrite -(partial_ext_near i E); apply: is_derive_unique.
Qed.

Lemma known_hess : hess f x = H x.
Proof.
by apply: functional_extensionality => i; apply: functional_extensionality => j;
  rewrite /hess -(near_point (hessE' i j)).
Qed.

Lemma known_C2 : C2 f x.
Proof.
split=> [|j].
  apply: near_imp (near_and known (near_near gradE)) => y [[D _ c _] E] i.
  split; first by exists (g y i).
  by apply: cont_ext_near (c i); apply: near_imp E => w.
apply: (C1_ext_near (gradE' j)).
have : near x (fun y => forall i, H y i j = partial (fun w => g w j) i y).
  by apply: near_imp known => y [_ D _ _] i; apply/esym/is_derive_unique.
move=> /near_near E; apply: near_imp (near_and known E) => y [[_ D _ c] F] i.
split; first by exists (H y i j).
by apply: cont_ext_near (c i j); apply: near_imp F => w.
Qed.
End Known.

Lemma near_all n (x : vec n) (P : vec n -> Prop) : (forall y, P y) -> near x P.
Proof. by move=> p; apply: filter_forall. Qed.

Lemma half_square_known y :
  second_order (fun z => (z first ^ 2 + z second ^ 2) / 2) (fun z : vec 2 => z) (fun _ => @kron 2) y.
Proof.
split.
- by apply: all2; rewrite /upd /=; auto_derive => //=; field.
- by apply: all2; apply: all2; rewrite /kron /upd /=; auto_derive.
- by apply: all2; continuity.
- by apply: all2; apply: all2; continuity.
Qed.

(** ** Maximum with zero, and its powers *)

(** The positive part [max (x, 0)]: the rectified linear unit. *)
Definition relu (x : R) : R := Rmax x 0.

Lemma relu_pos x : 0 <= x -> relu x = x.
Proof. exact: Rmax_left. Qed.

Lemma relu_neg x : x <= 0 -> relu x = 0.
Proof. exact: Rmax_right. Qed.

Lemma relu_sum x : relu x + relu (- x) = Rabs x.
Proof.
by rewrite /relu /Rmax /Rabs; case: Rle_dec; case: Rle_dec; case: Rcase_abs; move=> *; lra.
Qed.

Lemma locally_all (x : R) (P : R -> Prop) : (forall t, P t) -> locally x P.
Proof. by move=> p; apply: filter_forall. Qed.

Lemma locally_lt (a x : R) : a < x -> locally x (fun y => a < y).
Proof.
move=> ax; have p : 0 < x - a by lra.
exists (mkposreal _ p) => y; rewrite /ball /= /AbsRing_ball /abs /minus /plus /opp /= => b.
by move: (Rabs_def2 _ _ b); lra.
Qed.

Lemma locally_gt (a x : R) : x < a -> locally x (fun y => y < a).
Proof.
move=> ax; have p : 0 < a - x by lra.
exists (mkposreal _ p) => y; rewrite /ball /= /AbsRing_ball /abs /minus /plus /opp /= => b.
by move: (Rabs_def2 _ _ b); lra.
Qed.

Lemma relu_neg_pow m x : x <= 0 -> relu x ^ m.+1 = 0.
Proof. by move=> x0; rewrite relu_neg //= Rmult_0_l. Qed.

(** From the second power on the kink is gone. *)
Lemma is_derive_relu_pow (m : nat) (x : R) :
  is_derive (fun t => relu t ^ m.+2) x (INR m.+2 * relu x ^ m.+1).
Proof.
case: (Rtotal_order x 0) => [lt|[->|gt]].
- apply: (is_derive_ext_loc (fun _ => 0)).
    by apply: filter_imp (locally_gt lt) => y ?; rewrite relu_neg_pow; lra.
  by rewrite relu_neg_pow ?Rmult_0_r; [apply: is_derive_const|lra].
- rewrite relu_neg_pow ?Rmult_0_r; last lra.
  apply/is_derive_Reals => eps e0.
  have p : 0 < Rmin eps 1 by apply: Rmin_pos; lra.
  exists (mkposreal _ p) => t t0 /= tb.
  rewrite Rplus_0_l (relu_neg (x := 0)); last lra.
  rewrite Rmult_0_l !Rminus_0_r.
  have te : Rabs t < eps by apply: Rlt_le_trans tb (Rmin_l _ _).
  have t1 : Rabs t <= 1 by apply: Rlt_le; apply: Rlt_le_trans tb (Rmin_r _ _).
  have a0 : 0 < Rabs t by apply: Rabs_pos_lt.
  have r : Rabs (relu t) <= Rabs t.
    by rewrite /relu /Rmax; case: Rle_dec => *; rewrite ?Rabs_R0; lra.
  rewrite /Rdiv !Rabs_mult Rabs_inv -RPow_abs.
  apply: (Rle_lt_trans _ (Rabs t)) => //; apply: (Rmult_le_reg_r (Rabs t)) => //.
  rewrite Rmult_assoc Rinv_l ?Rmult_1_r; last by lra.
  have q : Rabs (relu t) ^ m <= 1 by rewrite -(pow1 m); apply: pow_incr; split; [exact: Rabs_pos|lra].
  have q0 : 0 <= Rabs (relu t) ^ m by apply: pow_le; exact: Rabs_pos.
  have := Rabs_pos (relu t); move: (Rabs (relu t)) r q q0 => a r q q0 a1.
  have : a * a <= Rabs t * Rabs t by apply: Rmult_le_compat.
  have : a * (a * a ^ m) <= a * a * 1 by rewrite -Rmult_assoc; apply: Rmult_le_compat_l; [nra|].
  lra.
- apply: (is_derive_ext_loc (fun t => t ^ m.+2)).
    by apply: filter_imp (locally_lt gt) => y ?; rewrite relu_pos; lra.
  rewrite relu_pos; last lra.
  by auto_derive => //; rewrite /=; ring.
Qed.
